package io.vmha.policy;

/** What becomes of a failed machine and its requests. */
public enum RecoveryMode {
    /** Its requests move to another machine; it stays off for an operator to look at. */
    REDIRECT,
    /** Its requests move to another machine, and it is cloned anew from its template (rule 9 of the reference design). */
    REDIRECT_AND_RECLONE,
    /** It is powered on again on a host with room; its requests stay with it. */
    RESTART
}
