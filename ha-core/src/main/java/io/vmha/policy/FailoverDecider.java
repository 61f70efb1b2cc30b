package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Works out what becomes of the VMs that failures stop, one VM after the other.
 *
 * <p>Reads the inventory as it is and keeps what was decided so far beside it, so that deciding about a few VMs costs
 * nothing for all the others. Whether the inventory shows the faults already makes no difference. Made for one batch of
 * reports and thrown away; confined to the thread that made it.
 */
final class FailoverDecider {
    private final PolicyRules rules;
    private final FailoverConfig config;
    private final TargetSelection selection;
    private final Inventory inventory;
    private final FaultBatch faults;
    private final DecisionHistory history;
    private final DatabaseTargets databases;
    private final Map<VmId, VmId> movedTo = new HashMap<>(0);
    private @Nullable WorkingCandidates working;
    private @Nullable WorkingHosts workingHosts;

    FailoverDecider(PolicyRules rules, TargetSelection selection, Inventory inventory, FaultBatch faults) {
        this.rules = rules;
        this.config = rules.config();
        this.selection = selection;
        this.inventory = inventory;
        this.faults = faults;
        this.history = new DecisionHistory(inventory, faults);
        this.databases = new DatabaseTargets(inventory, selection);
    }

    /** All requests have a place before the first VM is cloned anew. */
    List<SubjectDecision> decide() {
        List<VirtualMachine> failing = faults.failing(inventory);
        if (failing.size() > 1 || !faults.lostHosts().isEmpty()) {
            working = new WorkingCandidates(
                    inventory, faults.lostHosts().keySet(), faults.vms().keySet());
        }
        List<VirtualMachine> reclones = new ArrayList<>(0);
        for (VirtualMachine vm : failing) {
            RecoveryMode mode = config.recoveryOf(vm);
            history.add(mode == RecoveryMode.RESTART ? restart(vm) : redirect(vm));
            if (mode == RecoveryMode.REDIRECT_AND_RECLONE) {
                reclones.add(vm);
            }
        }
        reclones.forEach(vm -> history.add(reclone(vm)));
        return history.parts();
    }

    /** The inventory with the faults and all that was decided shown in it. */
    Inventory after() {
        return history.after(history.size());
    }

    private SubjectDecision redirect(VirtualMachine failed) {
        List<VmId> owners = ownersToMove(failed);
        if (owners.isEmpty()) {
            return servedAlready(failed, server(failed).orElseThrow());
        }
        FailoverContext context = context(failed);
        Candidate writer = databases.atWriter(failed, role -> candidates(failed, role), context);
        if (writer != null) {
            return redirect(owners, writer, context);
        }
        Candidate primary = selection.best(candidates(failed, ClusterRole.PRIMARY), context);
        boolean withheld = isStandbyWithheld(primary, context);
        Candidate standby = withheld ? null : selection.best(candidates(failed, ClusterRole.STANDBY), context);
        if (primary != null && !(standby != null && TargetSelection.hasHeadroom(standby, context))) {
            return redirect(owners, primary, context);
        }
        return standby != null ? redirect(owners, standby, context) : noTarget(failed, context, withheld);
    }

    private FailoverContext context(VirtualMachine failed) {
        return new FailoverContext(now(), failed, inventory.hostOf(failed), config);
    }

    private Iterable<? extends Iterable<Candidate>> candidates(VirtualMachine failed, ClusterRole role) {
        return databases.ofSameSet(failed, ofSameType(failed, role));
    }

    private Iterable<? extends Iterable<Candidate>> ofSameType(VirtualMachine failed, ClusterRole role) {
        return working == null ? inventory.servingBySize(failed.type(), role) : working.groups(failed.type(), role);
    }

    private boolean isStandbyWithheld(@Nullable Candidate primary, FailoverContext context) {
        if (primary != null) {
            return !config.overloadUsesStandby() || TargetSelection.hasHeadroom(primary, context);
        }
        return config.standbyActivation() == StandbyActivation.WHOLE_CLUSTER && primaryServesAnything(context);
    }

    private boolean primaryServesAnything(FailoverContext context) {
        return context.inventory().hasServing(ClusterRole.PRIMARY);
    }

    private SubjectDecision redirect(List<VmId> owners, Candidate target, FailoverContext context) {
        VirtualMachine failed = context.failed();
        boolean overcommitted = !TargetSelection.hasHeadroom(target, context);
        if (working != null) {
            working.take(target, failed);
            owners.forEach(owner -> movedTo.put(owner, target.vm().id()));
        }
        ClusterRole role = target.host().role();
        return new SubjectDecision.Redirect(
                failed.id(),
                faults.triggerOf(failed),
                owners,
                target.vm().id(),
                role,
                overcommitted,
                Explanations.redirect(target, role, context, selection));
    }

    private SubjectDecision servedAlready(VirtualMachine failed, VmId server) {
        return new SubjectDecision.Redirect(
                failed.id(),
                faults.triggerOf(failed),
                ImmutableList.of(),
                server,
                inventory.hostOf(inventory.requireVm(server)).role(),
                false,
                Explanation.of(() -> "the requests of " + failed.id() + " are served by " + server + " already"));
    }

    private SubjectDecision noTarget(VirtualMachine failed, FailoverContext context, boolean withheld) {
        return new SubjectDecision.NoTarget(
                failed.id(),
                faults.triggerOf(failed),
                whyNone(failed, context, withheld),
                Explanations.noTarget(context, selection, withheld));
    }

    /** A lag, where it refuses what the hard rules would allow; else the hard rules, where there is anything to refuse. */
    private Reason whyNone(VirtualMachine failed, FailoverContext context, boolean withheld) {
        Iterable<Candidate> primary = Iterables.concat(candidates(failed, ClusterRole.PRIMARY));
        Iterable<Candidate> standby =
                withheld ? ImmutableList.of() : Iterables.concat(candidates(failed, ClusterRole.STANDBY));
        Reason reason = Reason.NO_SAME_TYPE_HEALTHY;
        for (Candidate candidate : Iterables.concat(primary, standby)) {
            if (candidate.vm().id().equals(failed.id())) {
                continue;
            }
            if (selection.hardRefusal(candidate, context).isPresent()) {
                reason = reason == Reason.NO_SAME_TYPE_HEALTHY ? Reason.RULE : reason;
            } else if (config.lagsTooFar(candidate.vm())) {
                return Reason.REPLICATION_LAG;
            } else {
                reason = Reason.LAG_UNKNOWN;
            }
        }
        return reason == Reason.NO_SAME_TYPE_HEALTHY && hasOneToRejoin(failed, withheld) ? Reason.LAG_UNKNOWN : reason;
    }

    private boolean hasOneToRejoin(VirtualMachine failed, boolean withheld) {
        return databases.hasOneToRejoin(failed, ofSameType(failed, ClusterRole.PRIMARY))
                || (!withheld && databases.hasOneToRejoin(failed, ofSameType(failed, ClusterRole.STANDBY)));
    }

    /** Its own requests, unless another machine serves them well, and those of others that it served. */
    private List<VmId> ownersToMove(VirtualMachine failed) {
        Set<VmId> served = inventory.servedFor(failed.id());
        boolean servesItself =
                server(failed).flatMap(inventory::vm).filter(this::isServing).isEmpty();
        if (served.isEmpty()) {
            return servesItself ? ImmutableList.of(failed.id()) : ImmutableList.of();
        }
        ImmutableList.Builder<VmId> owners = ImmutableList.builder();
        if (servesItself) {
            owners.add(failed.id());
        }
        served.stream().filter(owner -> !movedTo.containsKey(owner)).forEach(owners::add);
        return owners.build();
    }

    /** Where a machine's requests are served, with what was decided so far. */
    private Optional<VmId> server(VirtualMachine vm) {
        VmId moved = movedTo.get(vm.id());
        return moved == null ? vm.servedBy() : Optional.of(moved);
    }

    /** A host in maintenance takes no requests over, but what it serves it serves until that is moved off. */
    private boolean isServing(VirtualMachine vm) {
        return vm.isServing()
                && !faults.lostHosts().containsKey(vm.host())
                && !faults.vms().containsKey(vm.id())
                && inventory.hostOf(vm).health().runsVms()
                && !DatabaseTargets.isBesideWriter(vm, inventory);
    }

    private SubjectDecision restart(VirtualMachine failed) {
        Supplier<Inventory> now = now();
        Optional<Host> host = hosts().place(failed, now);
        return host.isEmpty()
                ? noHost(failed, now)
                : new SubjectDecision.Restart(
                        failed.id(),
                        faults.triggerOf(failed),
                        host.get().id(),
                        host.get().role(),
                        Explanations.placement(failed, host.get(), now, rules, "restarted"));
    }

    private SubjectDecision reclone(VirtualMachine failed) {
        Supplier<Inventory> now = now();
        Optional<Host> host = hosts().place(failed, now);
        return host.isEmpty()
                ? noHost(failed, now)
                : new SubjectDecision.Reclone(
                        failed.id(),
                        faults.triggerOf(failed),
                        failed.template().orElseThrow(),
                        host.get().id(),
                        host.get().role(),
                        Explanations.placement(failed, host.get(), now, rules, "cloned anew"));
    }

    private Supplier<Inventory> now() {
        int decided = history.size();
        return () -> history.after(decided);
    }

    private WorkingHosts hosts() {
        if (workingHosts == null) {
            workingHosts = new WorkingHosts(rules, inventory, faults.lostHosts().keySet(), faults.hostsOfVms());
        }
        return workingHosts;
    }

    private SubjectDecision noHost(VirtualMachine failed, Supplier<Inventory> now) {
        Reason reason = hosts().whyNone(failed, now);
        return new SubjectDecision.NoTarget(
                failed.id(), faults.triggerOf(failed), reason, Explanations.noPlacement(failed, now, rules, reason));
    }
}
