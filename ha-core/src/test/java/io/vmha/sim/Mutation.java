package io.vmha.sim;

/** A deliberate bug, made around a center or in what it is given, to prove that the checks find it. */
enum Mutation {
    NONE,
    /** Databases' requests move without waiting for their fencing. */
    REDIRECT_BEFORE_FENCING,
    /** An action's intent is not written down. */
    FORGOTTEN_INTENT,
    /** An action's outcome is not written down. */
    FORGOTTEN_OUTCOME,
    /** A plan is not written down. */
    FORGOTTEN_PLAN,
    /** A plan's end is not written down. */
    FORGOTTEN_END,
    /** What is known of failed machines is not written down. */
    FORGOTTEN_STATE,
    /** The journal takes writes of a leader that was superseded. */
    NO_EPOCH_CHECK,
    /** The center is not told that it leads no more. */
    LEADERSHIP_IGNORED,
    /** Repeated and late reports look new. */
    STALE_REPORT_ACCEPTED,
    /** The requests go to a machine whatever its health. */
    UNHEALTHY_TARGET,
    /** The standby cluster is used first. */
    STANDBY_FIRST,
    /** Chance has a say in decisions. */
    DECISION_BY_CHANCE,
    /** The storm guard is off. */
    NO_STORM_GUARD,
    /** A power-off is believed without a look at the power state. */
    POWER_OFF_NOT_CONFIRMED,
    /** A report is lost on its way in. */
    REPORT_LOST,
    /** Machines are placed on hosts that lack the room. */
    OVERCOMMITTED_HOST
}
