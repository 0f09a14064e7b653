import { Module } from '@nestjs/common';
import { CarrierEventRepository } from './carrier-event.repository.js';
import { FanOutRepository } from './fan-out.repository.js';
import { ParcelRepository } from './parcel.repository.js';
import { TimelineRepository } from './timeline.repository.js';
import { TrackedOrderRepository } from './tracked-order.repository.js';

const REPOSITORIES = [
  CarrierEventRepository,
  ParcelRepository,
  TrackedOrderRepository,
  FanOutRepository,
  TimelineRepository,
];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class TrackingRepositoryModule {}
