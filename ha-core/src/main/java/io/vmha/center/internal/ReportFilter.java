package io.vmha.center.internal;

import io.vmha.center.journal.JournalEntry;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tells new reports from repeated and late ones, by each source's running number for each subject.
 *
 * <p>Thread-safe: of several threads with the same report exactly one gets it claimed. Of the sources that speak of one subject the
 * latest {@link #MOST_SOURCES} are remembered; whether a report of another is late is told by the time of its observation.
 */
final class ReportFilter {
    static final int MOST_SOURCES = 64;

    /** By source, the one that was heard of last at the end; each map is changed under its subject's lock. */
    private final ConcurrentMap<FaultSubject, Map<String, FaultReport>> latest = new ConcurrentHashMap<>();

    ReportFilter(List<JournalEntry.ReportTaken> before) {
        before.forEach(taken -> latest.compute(taken.report().subject(), (subject, known) -> {
            Map<String, FaultReport> sources = known == null ? new LinkedHashMap<>() : known;
            remember(sources, taken.report());
            return sources;
        }));
    }

    /** Claims a report: returns empty if it is new, else what becomes of it. */
    Optional<SubjectDecision.Ignored> claim(FaultReport report) {
        AtomicReference<@Nullable FaultReport> winner = new AtomicReference<>();
        latest.compute(report.subject(), (subject, known) -> {
            Map<String, FaultReport> sources = known == null ? new LinkedHashMap<>() : known;
            FaultReport before = sources.get(report.source());
            if (before != null && before.sequence() >= report.sequence()) {
                winner.set(before);
            } else {
                remember(sources, report);
            }
            return sources;
        });
        return Optional.ofNullable(winner.get()).map(before -> ignored(report, before));
    }

    private static void remember(Map<String, FaultReport> sources, FaultReport report) {
        sources.remove(report.source());
        if (sources.size() >= MOST_SOURCES) {
            sources.remove(sources.keySet().iterator().next());
        }
        sources.put(report.source(), report);
    }

    /** Gives a claim back, so that the same report may come again. */
    void release(FaultReport report) {
        latest.computeIfPresent(report.subject(), (subject, sources) -> {
            sources.remove(report.source(), report);
            return sources.isEmpty() ? null : sources;
        });
    }

    /** How many reports are remembered. */
    int size() {
        return latest.values().stream().mapToInt(Map::size).sum();
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
