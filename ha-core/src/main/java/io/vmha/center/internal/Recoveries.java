package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.journal.JournalEntry;
import io.vmha.model.VmId;
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

/**
 * Counts each VM's recoveries and blocks restarts, clones and returns home past the limit. Requests move all the same: they are
 * never left on a dead VM beside a healthy one. Confined to the center's loop.
 */
final class Recoveries {
    private final Optional<RecoveryLimit> limit;
    private final Map<VmId, Deque<Instant>> recoveries = new HashMap<>();

    Recoveries(Optional<RecoveryLimit> limit, List<JournalEntry.VmRecovered> before) {
        this.limit = limit;
        before.forEach(recovery -> add(recovery.vm(), recovery.at()));
    }

    /** Returns the decisions with what would recover a VM once too often blocked. */
    List<SubjectDecision> limited(List<SubjectDecision> parts, Instant now) {
        if (limit.isEmpty() || parts.stream().noneMatch(part -> isTooOften(part, now))) {
            return parts;
        }
        ImmutableList.Builder<SubjectDecision> limited = ImmutableList.builder();
        for (SubjectDecision part : parts) {
            limited.add(isTooOften(part, now) ? blocked(part, limit.get()) : part);
        }
        return limited.build();
    }

    private boolean isTooOften(SubjectDecision part, Instant now) {
        return limitedVm(part).filter(vm -> isExhausted(vm, now)).isPresent();
    }

    private static Optional<VmId> limitedVm(SubjectDecision part) {
        if (part instanceof SubjectDecision.Restart restart) {
            return Optional.of(restart.vm());
        }
        if (part instanceof SubjectDecision.Reclone reclone) {
            return Optional.of(reclone.vm());
        }
        return part instanceof SubjectDecision.Failback failback ? Optional.of(failback.vm()) : Optional.empty();
    }

    private static SubjectDecision blocked(SubjectDecision part, RecoveryLimit limit) {
        return new SubjectDecision.Blocked(
                part.subject(),
                part.trigger(),
                Reason.RECOVERY_LIMIT,
                Explanation.of(() -> part.subject() + " was recovered " + limit.count() + " times within "
                        + limit.window().toSeconds() + " s and failed again: an operator must look at it"));
    }

    /** The VMs that decisions recover, each once. */
    static Set<VmId> recoveredBy(List<SubjectDecision> parts) {
        ImmutableSet.Builder<VmId> vms = ImmutableSet.builder();
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                vms.add(redirect.vm());
            } else if (!(part instanceof SubjectDecision.Failback)) {
                limitedVm(part).ifPresent(vms::add);
            }
        }
        return vms.build();
    }

    /** Counts recoveries that are carried out, and returns what the journal should know. */
    List<JournalEntry> count(List<SubjectDecision> parts, Instant now) {
        if (limit.isEmpty()) {
            return List.of();
        }
        ImmutableList.Builder<JournalEntry> entries = ImmutableList.builder();
        for (VmId vm : recoveredBy(parts)) {
            add(vm, now);
            entries.add(new JournalEntry.VmRecovered(vm, now));
        }
        return entries.build();
    }

    /** An operator repaired the VM: what was before does not count, and the journal should know. */
    List<JournalEntry> clear(VmId vm) {
        return recoveries.remove(vm) == null ? List.of() : List.of(new JournalEntry.RecoveriesCleared(vm));
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
        if (times.isEmpty()) {
            recoveries.remove(vm);
        }
        return times.size() >= limit.get().count();
    }
}
