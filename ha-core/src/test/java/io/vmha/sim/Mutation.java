package io.vmha.sim;

/** A deliberate bug, made around a center or in what it is given, to prove that the checks find it. */
enum Mutation {
    NONE,
    /** Databases' requests move without waiting for their fencing (invariant 1). */
    REDIRECT_BEFORE_FENCING,
    /** A power-off is believed without a look at the power state (invariant 1). */
    POWER_OFF_NOT_CONFIRMED,
    /** The requests go to a VM whatever its health (invariant 2). */
    UNHEALTHY_TARGET,
    /** How far a standby is behind is not told (invariant 2). */
    LAG_IGNORED,
    /** A database is taken to be off, or fenced, that is not, and another is promoted (invariant 1). */
    PROMOTE_BEFORE_OFF,
    /** A lag that cannot be read counts as none (invariants 1 and 2). */
    LAG_UNKNOWN_AS_ZERO,
    /** A database has the role that it had when it was seen first (invariants 1 and 13). */
    OLD_ROLE,
    /** A database that has a history of its own counts as a replica again without having rejoined (invariant 1). */
    REJOIN_SKIPPED,
    /** The standby cluster is used first (invariant 3). */
    STANDBY_FIRST,
    /** An action's intent is not written down (invariant 4). */
    FORGOTTEN_INTENT,
    /** An action's outcome is not written down (invariant 4). */
    FORGOTTEN_OUTCOME,
    /** A plan is not written down (invariant 4). */
    FORGOTTEN_PLAN,
    /** A plan's end is not written down (invariant 4). */
    FORGOTTEN_END,
    /** What is known of VMs is not written down (invariant 4). */
    FORGOTTEN_STATE,
    /** What operators chose is not written down (invariant 4). */
    FORGOTTEN_SETTINGS,
    /** A report is confirmed and lost (invariant 4). */
    REPORT_LOST,
    /** VMs are placed on hosts that lack the room (invariant 5). */
    OVERCOMMITTED_HOST,
    /** Chance has a say in decisions (invariant 6). */
    DECISION_BY_CHANCE,
    /** The journal takes writes of a leader that was superseded (invariant 7). */
    NO_EPOCH_CHECK,
    /** The center is not told that it does not lead any more (invariant 7). */
    LEADERSHIP_IGNORED,
    /** The storm guard is off (invariant 8). */
    NO_STORM_GUARD,
    /** Where requests go is not read but taken to be as asked (invariant 9). */
    ROUTE_NOT_READ,
    /** The word that a VM is well is lost (invariant 10). */
    REPAIR_IGNORED,
    /** The word that a host is up is lost (invariant 10). */
    HOST_UP_IGNORED,
    /** A sample that shows that a VM is not loaded any more is lost (invariant 10). */
    RELIEF_IGNORED,
    /** The word that a host is in maintenance is lost (invariant 11). */
    MAINTENANCE_IGNORED,
    /** The word that a VM is not to run is lost (invariant 11). */
    DESIRED_STATE_IGNORED,
    /** Every reading shows the platform as it was at the start (invariant 12). */
    OLD_READING,
    /** Nothing is tried again where nothing changes (invariant 13). */
    NEVER_AGAIN,
    /** The center stays paused (invariant 13). */
    RESUME_IGNORED
}
