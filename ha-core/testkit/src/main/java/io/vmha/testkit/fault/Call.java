package io.vmha.testkit.fault;

/** What an adapter is asked for. */
public enum Call {
    /** {@link io.vmha.adapter.HypervisorAdapter#discover}. */
    DISCOVER(false),
    /** {@link io.vmha.adapter.HypervisorAdapter#powerState}. */
    POWER_STATE(false),
    /** {@link io.vmha.adapter.HypervisorAdapter#read}. */
    READ(false),
    /** {@link io.vmha.adapter.HypervisorAdapter#powerOff}. */
    POWER_OFF(true),
    /** {@link io.vmha.adapter.HypervisorAdapter#powerOn}. */
    POWER_ON(true),
    /** {@link io.vmha.adapter.HypervisorAdapter#reallocate}. */
    REALLOCATE(true),
    /** {@link io.vmha.adapter.HypervisorAdapter#migrate}. */
    MIGRATE(true),
    /** {@link io.vmha.adapter.HypervisorAdapter#cloneFromTemplate}. */
    CLONE(true),
    /** {@link io.vmha.adapter.HypervisorAdapter#leftovers}. */
    LEFTOVERS(false),
    /** {@link io.vmha.adapter.HypervisorAdapter#deleteLeftovers}. */
    DELETE_LEFTOVERS(true),
    /** {@link io.vmha.adapter.HypervisorAdapter#serves}. */
    SERVES(true);

    private final boolean changes;

    Call(boolean changes) {
        this.changes = changes;
    }

    /** Whether it changes something at the platform. */
    public boolean changes() {
        return changes;
    }
}
