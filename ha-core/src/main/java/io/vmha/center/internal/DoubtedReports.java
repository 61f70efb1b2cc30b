package io.vmha.center.internal;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.Sightings;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reports that a host does not answer, observed while a reading was under way that showed it up: which came first only the next reading
 * tells. Until then whoever reported waits, so that the next center hears of it if this one ends before. Confined to the center's loop.
 */
final class DoubtedReports {
    private record Doubt(HostId host, long token, FaultReport report, PendingDecision pending) {}

    private final CenterLoop center;
    private final CenterState state;
    private List<Doubt> doubts = new ArrayList<>();

    DoubtedReports(CenterLoop center) {
        this.center = center;
        this.state = center.state();
    }

    void add(HostId host, FaultReport report, PendingDecision pending) {
        doubts.add(new Doubt(host, state.beginReading(), report, pending));
        // Nothing is written down of it yet: it may be told again.
        center.intake().release(report);
        center.readings().need();
    }

    /** A reading that began then is applied: a host that did not answer it is lost. */
    void read(Sightings sightings, Instant begun) {
        List<Doubt> told = new ArrayList<>();
        List<Doubt> left = new ArrayList<>();
        doubts.forEach(doubt -> (sightings.isAfter(doubt.token()) ? told : left).add(doubt));
        doubts = left;
        told.stream()
                .map(Doubt::host)
                .distinct()
                .filter(host -> !sightings.answered(host) && state.runsVms(host))
                .forEach(host ->
                        center.reports().shown(new FaultSubject.OfHost(host), FaultKind.HOST_UNREACHABLE, begun));
        if (!told.isEmpty()) {
            // After that, so that it is written down no later than that the report was taken.
            center.after(
                    Duration.ZERO,
                    () -> told.forEach(doubt -> center.reports().settled(doubt.report(), doubt.pending())));
        }
    }
}
