package io.vmha.center.internal;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.internal.state.Changes;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.ClusterRole;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The needs that nothing is under way for, with why, and indexed by what could change that: VMs of a type that begin to serve, and
 * hosts of a cluster that have room. A change wakes those alone. Where nothing changes a need is tried again after a minute,
 * doubling to a quarter of an hour, with jitter that only adds. Confined to the center's loop.
 */
final class UnmetNeeds {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(60);
    private static final Duration LAST_RETRY = Duration.ofMinutes(15);
    private static final double JITTER = 0.2;

    private static final class Entry {
        private final Map<NeedKind, UnmetNeed> needs = new EnumMap<>(NeedKind.class);
        private final VmType type;
        private final ClusterRole role;
        private int retries;
        private CenterScheduler.@Nullable Cancellable timer;

        private Entry(VmType type, ClusterRole role) {
            this.type = type;
            this.role = role;
        }
    }

    private record Tried(NeedKind need, int retries) {}

    private final CenterScheduler scheduler;
    private final RandomGenerator random;
    private final Consumer<VmId> onRetry;
    private final Map<VmId, Entry> entries = new LinkedHashMap<>();
    /** What was tried again and is under way: where it comes to nothing, the next wait is longer. */
    private final Map<VmId, Tried> tried = new HashMap<>();

    private final Map<VmType, Set<VmId>> byType = new HashMap<>();
    private final Map<ClusterRole, Set<VmId>> byRole = new EnumMap<>(ClusterRole.class);

    UnmetNeeds(CenterScheduler scheduler, RandomGenerator random, Consumer<VmId> onRetry) {
        this.scheduler = scheduler;
        this.random = random;
        this.onRetry = onRetry;
    }

    /** Notes that nothing can be done about a need now. */
    void note(VirtualMachine vm, ClusterRole role, UnmetNeed need) {
        Entry entry = entries.computeIfAbsent(vm.id(), id -> new Entry(vm.type(), role));
        Tried before = tried.remove(vm.id());
        if (before != null && before.need() == need.need()) {
            entry.retries = before.retries();
        }
        byType.computeIfAbsent(entry.type, type -> new LinkedHashSet<>()).add(vm.id());
        byRole.computeIfAbsent(entry.role, found -> new LinkedHashSet<>()).add(vm.id());
        UnmetNeed noted = entry.needs.get(need.need());
        boolean isSame = noted != null && noted.reason() == need.reason();
        entry.needs.put(need.need(), isSame ? noted : need);
        if (entry.timer == null) {
            double doubled = FIRST_RETRY.toMillis() * Math.pow(2, entry.retries);
            double wait = Math.min(doubled, (double) LAST_RETRY.toMillis()) * (1 + JITTER * random.nextDouble());
            entry.timer = scheduler.scheduleBackground(Duration.ofMillis((long) wait), () -> {
                entry.timer = null;
                entry.retries++;
                onRetry.accept(vm.id());
            });
        }
    }

    /** Whether that need was noted. */
    boolean isNoted(VmId vm, NeedKind need) {
        Entry entry = entries.get(vm);
        return entry != null && entry.needs.containsKey(need);
    }

    /** Whether that need was noted with that reason. */
    boolean isNoted(VmId vm, NeedKind need, Reason reason) {
        Entry entry = entries.get(vm);
        UnmetNeed noted = entry == null ? null : entry.needs.get(need);
        return noted != null && noted.reason() == reason;
    }

    /** Something is under way for a need. */
    void underWay(VmId vm, NeedKind need) {
        Entry entry = entries.get(vm);
        Tried again = entry != null && entry.retries > 0 && entry.needs.containsKey(need)
                ? new Tried(need, entry.retries)
                : tried.get(vm);
        met(vm, need);
        if (again != null && again.need() == need) {
            tried.put(vm, again);
        }
    }

    /** A need is over. */
    void met(VmId vm, NeedKind need) {
        tried.computeIfPresent(vm, (id, before) -> before.need() == need ? null : before);
        Entry entry = entries.get(vm);
        if (entry != null && entry.needs.remove(need) != null && entry.needs.isEmpty()) {
            remove(vm);
        }
    }

    /** Forgets a VM. */
    void remove(VmId vm) {
        tried.remove(vm);
        Entry entry = entries.remove(vm);
        if (entry == null) {
            return;
        }
        if (entry.timer != null) {
            entry.timer.cancel();
        }
        byType.getOrDefault(entry.type, Set.of()).remove(vm);
        byRole.getOrDefault(entry.role, Set.of()).remove(vm);
    }

    /** The VMs that a change may help. */
    Set<VmId> wokenBy(Changes changes) {
        if (entries.isEmpty()) {
            return Set.of();
        }
        Set<VmId> woken = new LinkedHashSet<>();
        changes.serving().forEach(type -> woken.addAll(byType.getOrDefault(type, Set.of())));
        changes.roomy().forEach(role -> woken.addAll(byRole.getOrDefault(role, Set.of())));
        woken.removeIf(vm -> !isHelpedByOthers(vm));
        // What changed may help at once: the waits begin again.
        woken.forEach(vm -> Objects.requireNonNull(entries.get(vm)).retries = 0);
        return woken;
    }

    /**
     * Neither room nor a VM that serves confirms another one off: that takes a reading, a report or an operator, each of which decides
     * again by itself. Else the room that a plan in vain had reserved would begin the next one, at once and without end.
     */
    private boolean isHelpedByOthers(VmId vm) {
        Entry entry = entries.get(vm);
        return entry != null
                && entry.needs.values().stream()
                        .anyMatch(need ->
                                need.reason() != Reason.FENCING_FAILED && need.reason() != Reason.PLACE_UNCERTAIN);
    }

    /** All VMs with needs. */
    Set<VmId> all() {
        return ImmutableSet.copyOf(entries.keySet());
    }

    /** Whether a VM has any. */
    boolean has(VmId vm) {
        return entries.containsKey(vm);
    }

    /** All needs, in the order in which their VMs' first came up. */
    List<UnmetNeed> list() {
        return entries.values().stream()
                .flatMap(entry -> entry.needs.values().stream())
                .toList();
    }
}
