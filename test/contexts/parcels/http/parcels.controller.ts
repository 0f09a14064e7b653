import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '../../../../src/platform/http/problem.js';
import type { ParcelScan } from '../model/parcel-scan.js';
import { ParcelLookup } from '../service/parcel-lookup.js';

@ApiTags('parcels')
@Controller('api/parcels')
export class ParcelsController {
  constructor(private readonly parcels: ParcelLookup) {}

  @Get(':track_number')
  @ApiOperation({ operationId: 'getParcel', summary: 'Where a parcel was seen' })
  @ApiResponse({ status: 200, description: 'Its first hundred scans, by time' })
  async find(@Param('track_number') trackNumber: string): Promise<Omit<ParcelScan, 'track_number'>[]> {
    const scans = await this.parcels.scansOf(trackNumber);
    if (scans.length === 0) throw new ProblemError(404, `no parcel ${trackNumber} has been seen`);
    return scans;
  }
}
