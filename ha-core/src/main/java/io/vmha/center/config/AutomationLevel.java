package io.vmha.center.config;

/** How much a management center does before an operator has said yes, from least to most. */
public enum AutomationLevel {
    /** Every plan waits for approval. */
    MANUAL,
    /** What powers machines or hosts off waits for approval, and with it what must come after; the rest runs. */
    PARTIAL,
    /** Everything runs. */
    FULL
}
