import { Module } from '@nestjs/common';
import { TroubleController } from './trouble.controller.js';

/** What is in trouble, told by the processes that serve the API. */
@Module({ controllers: [TroubleController] })
export class TroubleModule {}
