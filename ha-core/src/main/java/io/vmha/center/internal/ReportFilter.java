package io.vmha.center.internal;

import io.vmha.center.journal.JournalEntry;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Tells new reports from repeated and late ones, by each source's running number for each subject.
 *
 * <p>Thread-safe: of several threads with the same report exactly one gets it claimed.
 */
final class ReportFilter {
    private record Key(String source, FaultSubject subject) {}

    private final ConcurrentMap<Key, FaultReport> latest = new ConcurrentHashMap<>();

    ReportFilter(List<JournalEntry.ReportTaken> before) {
        before.forEach(taken -> latest.put(key(taken.report()), taken.report()));
    }

    /** Claims a report: returns empty if it is new, else what becomes of it. */
    Optional<SubjectDecision.Ignored> claim(FaultReport report) {
        Key key = key(report);
        while (true) {
            FaultReport before = latest.putIfAbsent(key, report);
            if (before == null) {
                return Optional.empty();
            }
            if (before.sequence() >= report.sequence()) {
                return Optional.of(ignored(report, before));
            }
            if (latest.replace(key, before, report)) {
                return Optional.empty();
            }
        }
    }

    /** Gives a claim back, so that the same report may come again. */
    void release(FaultReport report) {
        latest.remove(key(report), report);
    }

    private static Key key(FaultReport report) {
        return new Key(report.source(), report.subject());
    }

    private static SubjectDecision.Ignored ignored(FaultReport report, FaultReport winner) {
        boolean same = report.sequence() == winner.sequence();
        return new SubjectDecision.Ignored(
                report.subject(),
                Trigger.of(report.kind()),
                same ? Reason.DUPLICATE : Reason.STALE,
                Explanation.of(() -> "report " + report.sequence() + " of " + report.source() + " about "
                        + report.subject()
                        + (same ? " was taken before" : " is older than report " + winner.sequence())));
    }
}
