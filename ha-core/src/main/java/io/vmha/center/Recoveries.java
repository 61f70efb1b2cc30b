package io.vmha.center;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultSubject;
import io.vmha.model.VmId;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Counts each machine's recoveries and blocks further ones past the limit. Confined to the center's loop. */
final class Recoveries {
    private final Optional<RecoveryLimit> limit;
    private final Map<VmId, Deque<Instant>> recoveries = new HashMap<>();

    Recoveries(Optional<RecoveryLimit> limit, List<JournalState.Recovery> before) {
        this.limit = limit;
        before.forEach(recovery -> add(recovery.vm(), recovery.at()));
    }

    /** The machines that a decision recovers. */
    static Set<VmId> recoveredBy(Decision decision) {
        ImmutableSet.Builder<VmId> vms = ImmutableSet.builder();
        for (SubjectDecision part : decision.parts()) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                vms.add(redirect.vm());
            } else if (part instanceof SubjectDecision.Restart restart) {
                vms.add(restart.vm());
            } else if (part instanceof SubjectDecision.Reclone reclone) {
                vms.add(reclone.vm());
            }
        }
        return vms.build();
    }

    /** Returns the decision with what would recover a machine once too often blocked. */
    Decision limited(Decision decision, Instant now) {
        if (limit.isEmpty() || recoveredBy(decision).stream().noneMatch(vm -> isExhausted(vm, now))) {
            return decision;
        }
        Set<VmId> blocked = new java.util.HashSet<>();
        ImmutableList.Builder<SubjectDecision> parts = ImmutableList.builder();
        for (SubjectDecision part : decision.parts()) {
            Optional<VmId> vm = recoveredBy(part).stream()
                    .filter(id -> isExhausted(id, now))
                    .findFirst();
            if (vm.isEmpty()) {
                parts.add(part);
            } else if (blocked.add(vm.get())) {
                parts.add(blocked(vm.get(), part, limit.get()));
            }
        }
        ImmutableList<SubjectDecision> all = parts.build();
        return all.size() == 1 ? all.get(0) : new DecisionBatch(all);
    }

    private static SubjectDecision blocked(VmId vm, SubjectDecision part, RecoveryLimit limit) {
        return new SubjectDecision.Blocked(
                new FaultSubject.OfVm(vm),
                part.trigger(),
                Reason.RECOVERY_LIMIT,
                Explanation.of(() -> vm + " was recovered " + limit.count() + " times within "
                        + limit.window().toSeconds() + " s and failed again: an operator must look at it"));
    }

    /** Counts the recoveries of a decision that is carried out. */
    void count(Decision decision, Instant now) {
        if (limit.isPresent()) {
            recoveredBy(decision).forEach(vm -> add(vm, now));
        }
    }

    private void add(VmId vm, Instant at) {
        recoveries.computeIfAbsent(vm, key -> new ArrayDeque<>()).addLast(at);
    }

    private boolean isExhausted(VmId vm, Instant now) {
        Deque<Instant> times = recoveries.get(vm);
        if (times == null || limit.isEmpty()) {
            return false;
        }
        Instant oldest = now.minus(limit.get().window());
        while (!times.isEmpty() && !times.getFirst().isAfter(oldest)) {
            times.removeFirst();
        }
        return times.size() >= limit.get().count();
    }
}
