package io.vmha.policy;

/** When the standby cluster's machines may take requests. */
public enum StandbyActivation {
    /** As soon as the primary cluster has no healthy machine of the failed one's type. */
    PER_TYPE,
    /** Only once the primary cluster has no healthy machine of any type. */
    WHOLE_CLUSTER
}
