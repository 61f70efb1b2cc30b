package io.vmha.sim;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The reports of one course, on their way: late, out of order, repeated until they are confirmed, to the wrong center. Confined to the
 * simulation's thread.
 */
final class SimulatedReports {
    private static final Duration REPEATED_AFTER = Duration.ofSeconds(15);
    private static final int MAX_REPEATS = 20;

    private final Stage stage;
    private final VirtualTime time;
    private final SimulatedCenters centers;
    private final Set<FaultReport> reports = new LinkedHashSet<>();
    private final Set<FaultReport> confirmed = new HashSet<>();
    private final Map<String, Long> sequences = new HashMap<>();

    SimulatedReports(Stage stage, SimulatedCenters centers) {
        this.stage = stage;
        this.time = stage.time();
        this.centers = centers;
    }

    void ofVm(VmId vm, FaultKind kind) {
        stage.outside().notWell(vm);
        send(FaultReport.ofVm(vm, kind, clock(), "monitor:" + vm, next("monitor:" + vm)));
    }

    void ofHost(HostId host, FaultKind kind) {
        stage.outside().notUp(host);
        stage.datacenter().actual().vmsOn(host).forEach(vm -> stage.outside().notWell(vm.id()));
        send(FaultReport.ofHost(host, kind, clock(), "watch", next("watch")));
    }

    /** Monitors keep the time as the center does: what their clocks are off by is not what is looked at here. */
    private Instant clock() {
        return centers.latest().process().now();
    }

    private long next(String source) {
        return sequences.merge(source, 1L, Long::sum);
    }

    /** A report arrives late, and so perhaps after a later one. */
    private void send(FaultReport report) {
        reports.add(report);
        time.schedule(stage.chance().millisBelow("reports of " + report.source(), 3_000), () -> submit(report));
        time.schedule(REPEATED_AFTER, () -> repeat(report, 1));
    }

    /** Who reported something repeats it as long as nobody confirms it. */
    private void repeat(FaultReport report, int times) {
        if (!isTaken(report) && times <= MAX_REPEATS) {
            submit(report);
            time.schedule(REPEATED_AFTER, () -> repeat(report, times + 1));
        }
    }

    void repeat(int number) {
        reports.stream().skip(number % 7).findFirst().ifPresent(this::submit);
    }

    /** Reports again what nobody confirmed. */
    void repeatUnconfirmed() {
        reports.stream().filter(report -> !isTaken(report)).toList().forEach(this::submit);
    }

    private void submit(FaultReport report) {
        if (stage.mutation() == Mutation.REPORT_LOST && report.sequence() % 3 == 0) {
            confirmed.add(report);
            return;
        }
        centers.addressed().ifPresent(center -> {
            var unused = center.accept(report).whenComplete((decision, thrown) -> {
                if (thrown == null || isGone(report)) {
                    confirmed.add(report);
                }
            });
        });
    }

    private boolean isGone(FaultReport report) {
        return !report.subject().isIn(stage.datacenter().actual());
    }

    /** Whether everything that was reported of a host was confirmed. */
    boolean areTaken(HostId host) {
        return reports.stream().filter(report -> report.subject().is(host)).allMatch(this::isTaken);
    }

    /** Whether everything that was reported of a VM was confirmed. */
    boolean areTaken(VmId vm) {
        return reports.stream().filter(report -> report.subject().is(vm)).allMatch(this::isTaken);
    }

    private boolean isTaken(FaultReport report) {
        return confirmed.contains(report) || isSuperseded(report);
    }

    private boolean isSuperseded(FaultReport report) {
        return reports.stream()
                .anyMatch(other -> other.source().equals(report.source())
                        && other.subject().equals(report.subject())
                        && other.sequence() > report.sequence()
                        && confirmed.contains(other));
    }

    boolean isAllTaken() {
        return reports.stream().allMatch(this::isTaken);
    }

    void checkAllTaken() {
        for (FaultReport report : reports) {
            Violation.check(isTaken(report), 4, () -> "nobody confirmed " + report);
        }
    }
}
