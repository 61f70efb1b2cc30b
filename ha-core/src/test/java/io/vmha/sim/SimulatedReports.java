package io.vmha.sim;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** The reports of one course, on their way: late, out of order, repeated, to the wrong center. Confined to its thread. */
final class SimulatedReports {
    private static final Duration REPEATED_AFTER = Duration.ofSeconds(15);
    private static final int MAX_REPEATS = 20;

    private final Mutation mutation;
    private final VirtualTime time;
    private final SplittableRandom random;
    private final CheckedJournal journal;
    private final SimulatedCenters centers;
    private final Set<FaultReport> reports = new LinkedHashSet<>();
    private final Map<String, Long> sequences = new LinkedHashMap<>();

    SimulatedReports(Stage stage, CheckedJournal journal, SimulatedCenters centers) {
        this.mutation = stage.mutation();
        this.time = stage.time();
        this.random = stage.random();
        this.journal = journal;
        this.centers = centers;
    }

    void ofVm(VmId vm) {
        send(FaultReport.ofVm(vm, SimulatedFault.VM_FAULT, time.now(), "monitor:" + vm, next("monitor:" + vm)));
    }

    FaultReport ofHost(HostId host, FaultKind kind) {
        FaultReport report = FaultReport.ofHost(host, kind, time.now(), "watch", next("watch"));
        send(report);
        return report;
    }

    private long next(String source) {
        return sequences.merge(source, 1L, Long::sum);
    }

    /** A report arrives late, and so perhaps after a later one. */
    private void send(FaultReport report) {
        reports.add(report);
        time.schedule(Duration.ofMillis(random.nextInt(3_000)), () -> submit(report));
        time.schedule(REPEATED_AFTER, () -> repeat(report, 1));
    }

    /** Who reported something repeats it as long as nobody takes it. */
    private void repeat(FaultReport report, int times) {
        if (!isTaken(report) && times <= MAX_REPEATS) {
            submit(report);
            time.schedule(REPEATED_AFTER, () -> repeat(report, times + 1));
        }
    }

    void repeat(int number) {
        reports.stream().skip(number % 7).findFirst().ifPresent(this::submit);
    }

    /** Reports again what nobody took. */
    void repeatUntaken() {
        reports.stream().filter(report -> !isTaken(report)).forEach(this::submit);
    }

    private void submit(FaultReport report) {
        if (mutation == Mutation.REPORT_LOST && report.sequence() % 3 == 0) {
            return;
        }
        centers.addressed().ifPresent(center -> {
            var unused = center.submit(report);
        });
    }

    /** Whether what was reported of a host was taken. */
    boolean areOpened(HostId host) {
        return reports.stream()
                .filter(report -> report.subject().fold(vm -> false, host::equals))
                .allMatch(this::isTaken);
    }

    boolean areAllOpened() {
        return reports.stream().allMatch(journal::isOpened);
    }

    private boolean isTaken(FaultReport report) {
        return journal.isOpened(report) || isSuperseded(report);
    }

    private boolean isSuperseded(FaultReport report) {
        return reports.stream()
                .anyMatch(other -> other.source().equals(report.source())
                        && other.subject().equals(report.subject())
                        && other.sequence() > report.sequence()
                        && journal.isOpened(other));
    }

    void checkAllTaken() {
        for (FaultReport report : reports) {
            Violation.check(isTaken(report), 4, "no outcome for " + report);
        }
    }
}
