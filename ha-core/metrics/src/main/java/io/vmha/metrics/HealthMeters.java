package io.vmha.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.QuarantinedHost;
import io.vmha.center.event.UnmetNeed;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows how a center is, as it last said. Where it has said nothing for as long as an answer is good, the gauges are NaN: unknown is
 * not zero. Thread-safe.
 */
final class HealthMeters {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMeters.class);

    /**
     * What a center said of itself.
     *
     * @param at when it said so, by the registry's clock, in nanoseconds
     * @param health how it is
     * @param unmet how often each need is unmet for each reason
     * @param quarantined how many hosts are in quarantine
     */
    private record Answer(long at, CenterHealth health, Map<NeedAndReason, Long> unmet, int quarantined) {}

    private record NeedAndReason(String need, String reason) {}

    private final MeterRegistry registry;
    private final Tags tags;
    private final Duration goodFor;
    private final long began;
    private final Set<Object> shown = new HashSet<>();
    private volatile @Nullable Answer last;

    HealthMeters(MeterRegistry registry, Tags tags, Duration goodFor) {
        this.registry = registry;
        this.tags = tags;
        this.goodFor = goodFor;
        this.began = registry.config().clock().monotonicTime();
        gauge(MeterNames.LEADING, tags, answer -> truth(answer.health().isLeading()));
        gauge(MeterNames.EPOCH, tags, answer -> answer.health().epoch());
        gauge(
                MeterNames.JOURNAL_FAILING,
                tags,
                answer -> truth(answer.health().journalFailingSince().isPresent()));
        gauge(MeterNames.STORM_GUARD_OPEN, tags, answer -> truth(answer.health().isStormGuardOpen()));
        gauge(MeterNames.PLANS_OPEN, tags, answer -> answer.health().openPlans().size());
        gauge(MeterNames.HOSTS_QUARANTINED, tags, Answer::quarantined);
        for (Reason held :
                List.of(Reason.AWAITING_APPROVAL, Reason.STORM_GUARD, Reason.VM_STORM_GUARD, Reason.PAUSED)) {
            showHeld(held);
        }
        Gauge.builder(MeterNames.HEALTH_AGE, this, HealthMeters::ageSeconds)
                .tags(tags)
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    private static double truth(boolean is) {
        return is ? 1 : 0;
    }

    private double ageSeconds() {
        Answer answer = last;
        return (registry.config().clock().monotonicTime() - (answer == null ? began : answer.at())) / 1e9;
    }

    private void gauge(String name, Tags own, ToDoubleFunction<Answer> value) {
        Gauge.builder(
                        name,
                        this,
                        meters -> meters.fresh().map(value::applyAsDouble).orElse(Double.NaN))
                .tags(own)
                .strongReference(true)
                .register(registry);
    }

    private Optional<Answer> fresh() {
        return Optional.ofNullable(last)
                .filter(answer -> registry.config().clock().monotonicTime() - answer.at() <= goodFor.toNanos());
    }

    private void showHeld(Reason reason) {
        if (shown.add(reason)) {
            gauge(
                    MeterNames.PLANS_HELD,
                    tags.and("reason", reason.name()),
                    answer -> held(answer.health())
                            .filter(Predicate.isEqual(reason))
                            .count());
        }
    }

    private static Stream<Reason> held(CenterHealth health) {
        return health.openPlans().stream().flatMap(plan -> plan.heldFor().stream());
    }

    /** Asks a center how it is; what it says shows once it says it, and nothing waits for it. */
    void ask(ManagementCenter center) {
        CompletableFuture<CenterHealth> health = center.health().toCompletableFuture();
        CompletableFuture<List<UnmetNeed>> unmet = center.unmet().toCompletableFuture();
        CompletableFuture<List<QuarantinedHost>> quarantine =
                center.quarantine().toCompletableFuture();
        var unused = CompletableFuture.allOf(health, unmet, quarantine)
                .thenRun(() ->
                        said(health.join(), unmet.join(), quarantine.join().size()))
                .exceptionally(silent -> {
                    LOG.debug("the center does not say how it is", silent);
                    return null;
                });
    }

    private synchronized void said(CenterHealth health, List<UnmetNeed> unmet, int quarantined) {
        Map<NeedAndReason, Long> counts = unmet.stream()
                .collect(Collectors.groupingBy(
                        need -> new NeedAndReason(
                                need.need().name(), need.reason().name()),
                        Collectors.counting()));
        last = new Answer(registry.config().clock().monotonicTime(), health, counts, quarantined);
        held(health).forEach(this::showHeld);
        for (NeedAndReason seen : counts.keySet()) {
            // From then on it shows for good, with 0 when it is over: a series that vanishes looks like one that stays
            // as it was.
            if (shown.add(seen)) {
                gauge(
                        MeterNames.NEEDS_UNMET,
                        tags.and("need", seen.need(), "reason", seen.reason()),
                        answer -> answer.unmet().getOrDefault(seen, 0L));
            }
        }
    }
}
