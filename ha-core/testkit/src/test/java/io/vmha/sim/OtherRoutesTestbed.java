package io.vmha.sim;

/** A second one of its kind. */
public final class OtherRoutesTestbed extends SimulatedRoutesTestbed {
    /** For service files. */
    public OtherRoutesTestbed() {}
}
