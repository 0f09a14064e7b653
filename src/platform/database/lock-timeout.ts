/** SQLSTATE: a lock was not to be had in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** Whether a statement was given up because somebody else held what it wanted. Nothing of its transaction was written. */
export function isLockTimeout(error: unknown): boolean {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return code === LOCK_NOT_AVAILABLE || driverError?.code === LOCK_NOT_AVAILABLE;
}
