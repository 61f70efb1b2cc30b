package io.vmha.lab;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import io.vmha.lab.Recording.Event;
import io.vmha.lab.Recording.Request;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The figures of a run.
 *
 * @param phases each phase with a fault, in their order
 * @param requests how many there were
 * @param failed how many had no answer, or one other than 200
 * @param slow how many took longer than {@value #SLOW_MS} ms
 * @param acknowledgedRows how many rows were answered for as committed
 * @param lostRows how many of these are not in the database in the end
 * @param reigns which database took the writes, when
 * @param takeover what came of it that the leader's host lost its power; empty where it did not
 * @param violations what must never be, and was; empty for a good run
 */
record RunSummary(
        List<Phase> phases,
        long requests,
        long failed,
        long slow,
        long acknowledgedRows,
        long lostRows,
        List<DatabaseLogs.Reign> reigns,
        Optional<Takeover> takeover,
        List<String> violations) {
    static final long SLOW_MS = 1_000;
    /** How much longer than the probe interval a single machine's users may wait for a healthy answer. */
    private static final long ALLOWANCE_MS = 500;

    RunSummary {
        phases = List.copyOf(phases);
        reigns = List.copyOf(reigns);
        violations = List.copyOf(violations);
    }

    /**
     * What came of a fault. Times are in milliseconds since it was made; empty where there was no such thing.
     *
     * @param mark the fault
     * @param detected when the center was told
     * @param decided when it had decided
     * @param fenced when the first machine or host was confirmed off
     * @param redirected when the last of the requests had moved
     * @param gap the longest time that users of an affected machine had no healthy answer for, from the first request
     *     that failed to the first good answer after the last one that did; empty where none failed
     * @param failedOfAffected how many requests failed of users of affected machines
     * @param failedOfOthers how many of all others'
     * @param slow how many took longer than {@value #SLOW_MS} ms
     */
    record Phase(
            Mark mark,
            OptionalLong detected,
            OptionalLong decided,
            OptionalLong fenced,
            OptionalLong redirected,
            OptionalLong gap,
            long failedOfAffected,
            long failedOfOthers,
            long slow) {}

    static RunSummary of(Recording recording, Set<Long> rows, List<DatabaseLogs.Reign> reigns, Duration probeInterval) {
        List<Phase> phases = new ArrayList<>();
        List<Mark> marks = recording.marks();
        for (int i = 0; i < marks.size(); i++) {
            if (!marks.get(i).phase().equals("-")) {
                long until = i + 1 < marks.size() ? marks.get(i + 1).at() : Long.MAX_VALUE;
                phases.add(phase(recording, marks.get(i), until));
            }
        }
        List<Request> requests = recording.requests();
        Set<Long> acknowledged = requests.stream()
                .filter(request ->
                        request.isOk() && Guest.named(request.owner()).type().equals(VmType.DATABASE))
                .map(Request::id)
                .collect(Collectors.toSet());
        long lost = Sets.difference(acknowledged, rows).size();
        Optional<Takeover> takeover = Takeover.of(recording);
        ImmutableList.Builder<String> violations = ImmutableList.builder();
        violations.addAll(violations(phases, lost, reigns, probeInterval.toMillis() + ALLOWANCE_MS));
        takeover.ifPresent(found -> violations.addAll(found.violations()));
        return new RunSummary(
                phases,
                requests.size(),
                count(requests, request -> !request.isOk()),
                count(requests, request -> request.milliseconds() > SLOW_MS),
                acknowledged.size(),
                lost,
                reigns,
                takeover,
                violations.build());
    }

    private static long count(List<Request> requests, Predicate<Request> which) {
        return requests.stream().filter(which).count();
    }

    private static Phase phase(Recording recording, Mark mark, long until) {
        List<Event> events = recording.events().stream()
                .filter(event -> event.at() >= mark.at() && event.at() < until)
                .toList();
        List<Request> requests = recording.requests().stream()
                .filter(request -> request.answeredAt() >= mark.at() && request.answeredAt() < until)
                .toList();
        // What the next leader resumes was decided before its fault.
        Predicate<Event> isDecision = mark.phase().equals(Takeover.PHASE)
                ? event -> isDecision(event) && event.type().equals("Decided")
                : RunSummary::isDecision;
        String plan = events.stream()
                .filter(isDecision)
                .flatMap(event -> event.plan().stream())
                .findFirst()
                .orElse("");
        return new Phase(
                mark,
                first(events, mark, event -> event.type().equals("ReportAccepted")),
                first(events, mark, isDecision),
                first(events, mark, event -> event.isDone("POWER_OFF", "FENCE_HOST")),
                events.stream()
                        .filter(event -> event.isDone("REDIRECT")
                                && event.plan().filter(plan::equals).isPresent())
                        .mapToLong(event -> event.at() - mark.at())
                        .max(),
                mark.affected().stream()
                        .map(owner -> gap(requests, owner))
                        .flatMapToLong(OptionalLong::stream)
                        .max(),
                count(requests, request -> !request.isOk() && mark.affected().contains(request.owner())),
                count(requests, request -> !request.isOk() && !mark.affected().contains(request.owner())),
                count(requests, request -> request.milliseconds() > SLOW_MS));
    }

    /** A decision to do something. */
    static boolean isDecision(Event event) {
        return (event.type().equals("Decided") || event.type().equals("PlanResumed"))
                && !event.text().isEmpty();
    }

    private static OptionalLong first(List<Event> events, Mark mark, Predicate<Event> which) {
        return events.stream()
                .filter(which)
                .mapToLong(event -> event.at() - mark.at())
                .min();
    }

    /** From the first request that failed to the first good answer after the last that failed. */
    private static OptionalLong gap(List<Request> requests, String owner) {
        List<Request> own = requests.stream()
                .filter(request -> request.owner().equals(owner))
                .sorted(Comparator.comparingLong(Request::at))
                .toList();
        OptionalLong firstFailed = own.stream()
                .filter(request -> !request.isOk())
                .mapToLong(Request::at)
                .min();
        if (firstFailed.isEmpty()) {
            return OptionalLong.empty();
        }
        long lastFailed = own.stream()
                .filter(request -> !request.isOk())
                .mapToLong(Request::at)
                .max()
                .orElseThrow();
        OptionalLong after = own.stream()
                .filter(request -> request.isOk() && request.at() > lastFailed)
                .mapToLong(Request::answeredAt)
                .min();
        return OptionalLong.of(after.orElse(lastFailed) - firstFailed.getAsLong());
    }

    private static ImmutableList<String> violations(
            List<Phase> phases, long lost, List<DatabaseLogs.Reign> reigns, long allowedGap) {
        ImmutableList.Builder<String> violations = ImmutableList.builder();
        if (lost > 0) {
            violations.add(lost + " acknowledged rows are lost");
        }
        long takeovers = phases.stream()
                .map(phase -> phase.mark().phase())
                .filter(phase -> phase.equals("d") || phase.equals("e"))
                .count();
        if (reigns.size() > takeovers + 1) {
            violations.add(
                    "the databases were written to by turns " + reigns.size() + " times: two accepted writes at once");
        }
        for (Phase phase : phases) {
            if (Objects.equals(phase.mark().phase(), "a")) {
                if (phase.gap().orElse(0) > allowedGap) {
                    violations.add("in phase a, users waited " + phase.gap().getAsLong()
                            + " ms for a healthy answer, more than " + allowedGap);
                }
                if (phase.failedOfOthers() > 0) {
                    violations.add(
                            "in phase a, " + phase.failedOfOthers() + " requests of other machines' users failed");
                }
            }
        }
        return violations.build();
    }
}
