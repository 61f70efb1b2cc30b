package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Rule 7 of the reference design: a machine whose load exceeds the threshold gets what it needs from its host's shared
 * pool; when it needs more than the pool has, its requests move to a healthy machine of the same type on another host that
 * can meet the need.
 *
 * <p>The target must stay below the threshold by the hysteresis after the move, so that requests do not swing to and fro;
 * what it lacks for that it gets from its own host's pool. The standby cluster is used only where {@link FailoverConfig#overloadUsesStandby} allows it. The requests of a type whose
 * fencing is REQUIRED are not moved for load: its machine would have to be confirmed off first. The rules and preferences of a
 * failover hold here too. Pure, immutable and thread-safe.
 *
 * @see HaPolicies#load
 */
public final class LoadPolicy {
    private final PolicyRules rules;
    private final FailoverConfig config;

    LoadPolicy(PolicyRules rules) {
        this.rules = rules;
        this.config = rules.config();
    }

    /**
     * Returns what is to be done about a load; no parts where it does not exceed the threshold, where the machine has what
     * it needs, or where its requests are served elsewhere already.
     *
     * @param inventory what there is; it may, but need not, already show the load
     * @param sample the load
     */
    public Decision decide(Inventory inventory, LoadSample sample) {
        Optional<VirtualMachine> found = inventory.vm(sample.vm());
        if (found.isEmpty()) {
            return new SubjectDecision.Ignored(
                    new FaultSubject.OfVm(sample.vm()),
                    Trigger.LOAD,
                    Reason.UNKNOWN_SUBJECT,
                    Explanation.of(() -> sample.vm() + " is not in the inventory"));
        }
        VirtualMachine vm = found.get().withLoad(sample.load());
        Resources needed = neededBy(vm, sample);
        boolean servesNothing =
                vm.servedBy().isPresent() && inventory.servedFor(vm.id()).isEmpty();
        if (sample.load() <= config.loadThreshold()
                || vm.health() != VmHealth.HEALTHY
                || needed.fitsIn(vm.allocation())
                || servesNothing) {
            return new DecisionBatch(ImmutableList.of());
        }
        return relieve(inventory.with(vm), vm, needed);
    }

    private Resources neededBy(VirtualMachine vm, LoadSample sample) {
        Resources demand = sample.demand().orElseGet(() -> {
            double factor = vm.load() / config.loadThreshold();
            return Resources.of((long) Math.ceil(vm.allocation().cpuMillis() * factor), (long)
                    Math.ceil(vm.allocation().memoryMiB() * factor));
        });
        return Resources.of(
                Math.max(demand.cpuMillis(), vm.allocation().cpuMillis()),
                Math.max(demand.memoryMiB(), vm.allocation().memoryMiB()));
    }

    private SubjectDecision relieve(Inventory inventory, VirtualMachine vm, Resources needed) {
        Resources free = inventory.freeOn(vm.host());
        if (hasRoom(inventory, vm.host(), needed.minus(vm.allocation()))) {
            return new SubjectDecision.Reallocate(
                    vm.id(), Trigger.LOAD, vm.host(), needed, Explanation.of(() -> fromPool(vm, needed, free)));
        }
        if (config.fencingOf(vm.type()) == FencingMode.REQUIRED) {
            return new SubjectDecision.Blocked(
                    new FaultSubject.OfVm(vm.id()),
                    Trigger.LOAD,
                    Reason.POOL_EXHAUSTED,
                    Explanation.of(() -> "the pool of " + vm.host() + " has " + free + ", too little for " + needed
                            + ", and requests of a " + vm.type() + " VM do not move while it is on"));
        }
        return shift(inventory, vm, needed, free);
    }

    /** Whether a host has room for that much more. One that is over-full in memory has none for more CPU either. */
    private static boolean hasRoom(Inventory inventory, HostId host, Resources more) {
        return more.equals(Resources.NONE)
                || inventory
                        .allocatedOn(host)
                        .plus(more)
                        .fitsIn(inventory.requireHost(host).capacity());
    }

    private SubjectDecision shift(Inventory inventory, VirtualMachine vm, Resources needed, Resources free) {
        TargetSelection selection = rules.selection(
                ImmutableList.of(
                        EligibilityRule.NOT_LAGGING,
                        LoadPolicy::notOnAnotherHost,
                        (candidate, context) -> notMeetingTheNeed(candidate, context, needed)),
                ImmutableList.of(Preference.ON_SOUND_HOST, Preference.IN_ANOTHER_RACK));
        FailoverContext context = new FailoverContext(() -> inventory, vm, inventory.hostOf(vm), config);
        boolean standbyToo = config.overloadUsesStandby() || onlyStandbyServes(inventory, vm);
        Candidate target = selection.best(inventory.servingBySize(vm.type(), ClusterRole.PRIMARY), context);
        if (target == null && standbyToo) {
            target = selection.best(inventory.servingBySize(vm.type(), ClusterRole.STANDBY), context);
        }
        if (target == null) {
            return noTarget(context, needed, free, onlyRulesStandInTheWay(selection, context, standbyToo));
        }
        Candidate found = target;
        return new SubjectDecision.Shift(
                vm.id(),
                Trigger.LOAD,
                ownersServedBy(vm, inventory),
                found.vm().id(),
                found.host().role(),
                found.host().id(),
                allocationToMeet(needed, vm, found.vm()),
                Explanation.of(() -> shifted(vm, found.vm(), free)));
    }

    private static SubjectDecision noTarget(FailoverContext context, Resources needed, Resources free, boolean byRule) {
        VirtualMachine vm = context.failed();
        return new SubjectDecision.NoTarget(
                vm.id(),
                Trigger.LOAD,
                byRule ? Reason.RULE : Reason.NO_CAPACITY,
                Explanation.of(() -> "the pool of " + vm.host() + " has " + free + ", too little for " + needed
                        + (byRule
                                ? ", and rules refuse every healthy " + vm.type() + " VM on another host"
                                : ", and no healthy " + vm.type() + " VM on another host can meet the need")));
    }

    /** Whether there are VMs on other hosts, and the hard rules refuse them all. */
    private static boolean onlyRulesStandInTheWay(
            TargetSelection selection, FailoverContext context, boolean standbyToo) {
        Inventory inventory = context.inventory();
        Iterable<Candidate> primary =
                Iterables.concat(inventory.servingBySize(context.failed().type(), ClusterRole.PRIMARY));
        Iterable<Candidate> standby = standbyToo
                ? Iterables.concat(inventory.servingBySize(context.failed().type(), ClusterRole.STANDBY))
                : ImmutableList.of();
        boolean any = false;
        for (Candidate candidate : Iterables.concat(primary, standby)) {
            if (notOnAnotherHost(candidate, context).isPresent()) {
                continue;
            }
            if (selection.hardRefusal(candidate, context).isEmpty()) {
                return false;
            }
            any = true;
        }
        return any;
    }

    /** Once the standby serves a type alone, its machines relieve one another. */
    private static boolean onlyStandbyServes(Inventory inventory, VirtualMachine vm) {
        return inventory.hostOf(vm).role() == ClusterRole.STANDBY
                && Iterables.isEmpty(inventory.servingBySize(vm.type(), ClusterRole.PRIMARY));
    }

    private static List<VmId> ownersServedBy(VirtualMachine vm, Inventory inventory) {
        ImmutableList.Builder<VmId> owners = ImmutableList.builder();
        if (vm.servedBy().isEmpty()) {
            owners.add(vm.id());
        }
        return owners.addAll(inventory.servedFor(vm.id())).build();
    }

    private static Optional<String> notOnAnotherHost(Candidate candidate, FailoverContext context) {
        return candidate.host().id().equals(context.failed().host())
                ? Optional.of("it is on the same host")
                : Optional.empty();
    }

    private Optional<String> notMeetingTheNeed(Candidate candidate, FailoverContext context, Resources needed) {
        Resources lacking = allocationToMeet(needed, context.failed(), candidate.vm())
                .minus(candidate.vm().allocation());
        Resources free = context.inventory().freeOn(candidate.host().id());
        return hasRoom(context.inventory(), candidate.host().id(), lacking)
                ? Optional.empty()
                : Optional.of("it would need " + lacking + " more, and its host's pool has " + free);
    }

    /** What the target must be allocated to do both machines' work and stay below the threshold by the hysteresis. */
    private Resources allocationToMeet(Resources needed, VirtualMachine vm, VirtualMachine target) {
        double limit = config.loadThreshold() - config.loadHysteresis();
        return Resources.of(
                toMeet(
                        (double) needed.cpuMillis(),
                        vm.load() * vm.allocation().cpuMillis(),
                        target.load(),
                        (double) target.allocation().cpuMillis(),
                        limit),
                toMeet(
                        (double) needed.memoryMiB(),
                        vm.load() * vm.allocation().memoryMiB(),
                        target.load(),
                        (double) target.allocation().memoryMiB(),
                        limit));
    }

    private static long toMeet(double needed, double moved, double load, double allocated, double limit) {
        double own = load * allocated;
        return (long) Math.ceil(Math.max(allocated, Math.max(needed + own, (moved + own) / limit)));
    }

    private static String fromPool(VirtualMachine vm, Resources needed, Resources free) {
        return String.format(
                Locale.ROOT,
                "%s has a load of %.2f and gets %s from the pool of %s, which has %s",
                vm.id(),
                vm.load(),
                needed.minus(vm.allocation()),
                vm.host(),
                free);
    }

    private static String shifted(VirtualMachine vm, VirtualMachine target, Resources free) {
        return String.format(
                Locale.ROOT,
                "%s has a load of %.2f, and the pool of %s has only %s: its requests go to %s on %s",
                vm.id(),
                vm.load(),
                vm.host(),
                free,
                target.id(),
                target.host());
    }
}
