package io.vmha.monitor.report;

/** What a VM can report of itself. A management center knows each under the same name, among others that only it finds. */
public enum GuestFault {
    /** A filesystem of the VM flipped read-only after a storage error. */
    FILESYSTEM_READ_ONLY,
    /** The guest does not answer. */
    GUEST_HUNG,
    /** The service that the VM is for does not answer. */
    SERVICE_DOWN,
    /** A filesystem of the VM is full. */
    DISK_FULL,
    /** The VM's storage answers with errors. */
    IO_ERROR,
    /** The VM powers off though it should run. */
    POWERED_OFF
}
