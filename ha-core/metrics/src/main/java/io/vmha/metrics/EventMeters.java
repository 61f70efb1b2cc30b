package io.vmha.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaEventHandler;
import io.vmha.fault.FaultReport;
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what a center tells. Guarded by itself: a center tells one event at a time, but the next center may begin before the last
 * event of the one before was told.
 *
 * <p>Holds the open plans' reports, and when the last 10,000 reports were taken.
 */
final class EventMeters implements HaEventHandler {
    private static final int REMEMBERED_REPORTS = 10_000;
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<PlanId, FaultReport> reports = new HashMap<>();
    private final Map<FaultReport, Instant> takenAt = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FaultReport, Instant> eldest) {
            return size() > REMEMBERED_REPORTS;
        }
    };

    EventMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        // What is rare is there from the start: a rate over a series that begins with its first event misses that
        // event.
        registry.counter(MeterNames.STORM_GUARD_OPENED, tags);
        registry.counter(MeterNames.LEADERSHIP_LOST, tags);
        registry.counter(MeterNames.CENTER_ENDED, tags);
        registry.counter(MeterNames.SUSPICIONS, tags);
    }

    @Override
    public synchronized void onEvent(HaEvent event) {
        event.dispatchTo(this);
    }

    @Override
    public void onReportAccepted(HaEvent.ReportAccepted event) {
        takenAt.putIfAbsent(event.report(), event.at());
        registry.counter(
                        MeterNames.REPORTS,
                        tags.and("kind", event.report().kind().name()))
                .increment();
    }

    @Override
    public void onDecided(HaEvent.Decided event) {
        for (SubjectDecision part : event.decision().parts()) {
            registry.counter(
                            MeterNames.DECISIONS,
                            tags.and(
                                    "outcome",
                                    part.outcome().name(),
                                    "reason",
                                    part.reason().name()))
                    .increment();
        }
        Optional<FaultReport> report = event.report();
        if (report.isPresent() && !event.plan().isEmpty()) {
            reports.put(event.plan().id(), report.get());
        }
    }

    @Override
    public void onDecisionBlocked(HaEvent.DecisionBlocked event) {
        registry.counter(
                        MeterNames.BLOCKED,
                        tags.and("reason", event.blocked().reason().name()))
                .increment();
    }

    @Override
    public void onActionEnded(HaEvent.ActionEnded event) {
        ActionRecord record = event.action();
        registry.timer(
                        MeterNames.ACTIONS,
                        tags.and(
                                "kind",
                                record.action().kind().name(),
                                "result",
                                record.result().name()))
                .record(between(record.at(), event.at()));
        if (record.action() instanceof Action.Redirect redirect
                && record.result() == ActionResult.DONE
                && !redirect.owner().equals(redirect.server())) {
            redirected(record.plan(), event.at());
        }
    }

    private void redirected(PlanId plan, Instant at) {
        FaultReport report = reports.get(plan);
        if (report != null) {
            Timer.builder(MeterNames.REPORT_TO_REDIRECT)
                    .tags(tags.and("kind", report.kind().name()))
                    .publishPercentileHistogram()
                    .minimumExpectedValue(SHORTEST)
                    .maximumExpectedValue(LONGEST)
                    .register(registry)
                    .record(between(takenAt.getOrDefault(report, report.observedAt()), at));
        }
    }

    /** Clocks may jump, and a negative duration is none. */
    private static Duration between(Instant from, Instant to) {
        Duration passed = Duration.between(from, to);
        return passed.isNegative() ? Duration.ZERO : passed;
    }

    @Override
    public void onPlanEnded(HaEvent.PlanEnded event) {
        if (event.outcome().plan().isEmpty()) {
            return;
        }
        reports.remove(event.outcome().plan().id());
        String result = event.outcome().isCarriedOut() ? "carried_out" : "not_carried_out";
        registry.counter(MeterNames.PLANS_ENDED, tags.and("result", result)).increment();
    }

    @Override
    public void onStormGuardChanged(HaEvent.StormGuardChanged event) {
        if (event.isOpen()) {
            registry.counter(MeterNames.STORM_GUARD_OPENED, tags).increment();
        }
    }

    @Override
    public void onSuspected(HaEvent.Suspected event) {
        registry.counter(MeterNames.SUSPICIONS, tags).increment();
    }

    @Override
    public void onLeadershipLost(HaEvent.LeadershipLost event) {
        registry.counter(MeterNames.LEADERSHIP_LOST, tags).increment();
    }

    @Override
    public void onCenterEnded(HaEvent.CenterEnded event) {
        registry.counter(MeterNames.CENTER_ENDED, tags).increment();
    }
}
