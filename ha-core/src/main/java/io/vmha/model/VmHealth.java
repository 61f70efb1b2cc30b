package io.vmha.model;

/** What the management center knows of a virtual machine's state, apart from its power. */
public enum VmHealth {
    /** Serves, or could serve. */
    HEALTHY,
    /** Silent or in doubt; not yet failed, but no target either. */
    SUSPECT,
    /** Off on purpose, since it is desired so: no failure, and no target. */
    STOPPED,
    /** Failed: not a target until it is repaired or cloned anew. */
    FAILED
}
