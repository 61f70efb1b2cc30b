package io.vmha.plan;

/** The kind of an action, as a stable name for logs, reports and scenario files. */
public enum ActionKind {
    /** {@link Action.PowerOff}. */
    POWER_OFF,
    /** {@link Action.FenceHost}. */
    FENCE_HOST,
    /** {@link Action.Redirect}. */
    REDIRECT,
    /** {@link Action.PowerOn}. */
    POWER_ON,
    /** {@link Action.Reallocate}. */
    REALLOCATE,
    /** {@link Action.Migrate}. */
    MIGRATE,
    /** {@link Action.CloneFromTemplate}. */
    CLONE,
    /** {@link Action.Promote}. */
    PROMOTE,
    /** {@link Action.Demote}. */
    DEMOTE,
    /** {@link Action.DeleteLeftovers}. */
    DELETE_LEFTOVERS,
    /** {@link Action.Rejoin}. */
    REJOIN
}
