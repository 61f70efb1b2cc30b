package io.vmha.monitor;

import java.time.Duration;

/** What a monitor has to tell. Immutable. */
public sealed interface MonitorEvent {

    /**
     * A look ended, or passed its deadline.
     *
     * @param watch whose
     * @param result what it found
     * @param took how long it took, or has taken so far
     */
    record Probed(String watch, ProbeResult result, Duration took) implements MonitorEvent {}

    /**
     * A probe could not look for want of memory or by an error of its own; that counts neither way.
     *
     * @param watch whose
     * @param error what was thrown
     */
    record ProbeBroke(String watch, Throwable error) implements MonitorEvent {}

    /**
     * Failures on end have reached the threshold.
     *
     * @param fault what was found
     * @param reaction what follows
     */
    record FaultFound(FoundFault fault, Reaction reaction) implements MonitorEvent {}

    /**
     * The probe of a fault found nothing wrong any more.
     *
     * @param watch whose
     */
    record Recovered(String watch) implements MonitorEvent {}

    /**
     * The report of a fault, or the advisory of one that is only to be told, came to its end.
     *
     * @param fault what was reported
     * @param confirmed whether a center confirmed it
     */
    record Reported(FoundFault fault, boolean confirmed) implements MonitorEvent {}

    /**
     * The machine is about to be isolated.
     *
     * @param fault why
     * @param how what is done
     */
    record Isolating(FoundFault fault, String how) implements MonitorEvent {}

    /**
     * The machine is not isolated, though the fault asks for it; told once for each fault.
     *
     * @param fault why it was to be isolated
     * @param why what forbids it
     */
    record IsolationWithheld(FoundFault fault, String why) implements MonitorEvent {}

    /**
     * The isolation did what it was to do.
     *
     * @param fault why
     */
    record Isolated(FoundFault fault) implements MonitorEvent {}

    /**
     * The isolation failed; it is tried again while the fault lasts.
     *
     * @param fault why the machine is to be isolated
     * @param error what went wrong
     */
    record IsolationFailed(FoundFault fault, Throwable error) implements MonitorEvent {}
}
