package io.vmha.center.event;

/** How a try of an action ended. */
public enum ActionResult {
    /** It was done, or was so already. */
    DONE,
    /** It was tried and failed. */
    FAILED,
    /** It was not tried, since one that it waits for was not done. */
    SKIPPED
}
