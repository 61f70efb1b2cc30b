package io.vmha.policy;

/** Whether a failed machine must be confirmed off before its requests move. */
public enum FencingMode {
    /** It must: two machines that both write would lose data. */
    REQUIRED,
    /** Its requests move at once, while it is powered off beside that. */
    BEST_EFFORT
}
