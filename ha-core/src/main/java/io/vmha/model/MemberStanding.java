package io.vmha.model;

/** Whether a member's data is a copy of its replica set's. */
public enum MemberStanding {
    /** It is on the set's timeline. */
    CURRENT,
    /** It has a history of its own, such as a writer that was replaced and came back: no member until it has rejoined. */
    DIVERGED,
    /** It was never seen, or is on an older timeline that it may still leave by itself. */
    UNKNOWN
}
