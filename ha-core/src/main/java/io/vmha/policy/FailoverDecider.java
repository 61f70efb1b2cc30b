package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Works out the decisions of one report, one machine after the other. Made for one report and thrown away; confined to
 * the thread that made it.
 */
final class FailoverDecider {
    private static final Comparator<VirtualMachine> HIGHEST_PRIORITY_FIRST =
            Comparator.comparingInt(VirtualMachine::priority).reversed().thenComparing(VirtualMachine::id);

    private final FailoverConfig config;
    private final TargetSelection selection;
    private final Trigger trigger;
    private final ImmutableList.Builder<SubjectDecision> parts = ImmutableList.builder();
    private Inventory inventory;

    /** The inventory already shows the fault. */
    FailoverDecider(FailoverConfig config, TargetSelection selection, Inventory inventory, Trigger trigger) {
        this.config = config;
        this.selection = selection;
        this.inventory = inventory;
        this.trigger = trigger;
    }

    Decision onVm(VirtualMachine before) {
        if (isDealtWith(before)) {
            return duplicate(before);
        }
        return onVms(List.of(before));
    }

    Decision onVms(List<VirtualMachine> before) {
        List<VirtualMachine> order =
                before.stream().sorted(HIGHEST_PRIORITY_FIRST).toList();
        ImmutableList.Builder<VmId> reclones = ImmutableList.builder();
        for (VirtualMachine vm : order) {
            if (isDealtWith(vm)) {
                parts.add(duplicate(vm));
                continue;
            }
            VirtualMachine failed = inventory.requireVm(vm.id());
            RecoveryMode mode = config.recoveryOf(failed);
            take(mode == RecoveryMode.RESTART ? restart(failed) : redirect(failed));
            if (mode == RecoveryMode.REDIRECT_AND_RECLONE) {
                reclones.add(vm.id());
            }
        }
        reclones.build().forEach(id -> take(reclone(inventory.requireVm(id))));
        return decision();
    }

    private Decision decision() {
        List<SubjectDecision> all = parts.build();
        return all.size() == 1 ? all.get(0) : new DecisionBatch(all);
    }

    private void take(SubjectDecision part) {
        parts.add(part);
        inventory = DecisionEffects.apply(inventory, part);
    }

    private static boolean isDealtWith(VirtualMachine before) {
        return before.health() == VmHealth.FAILED && before.servedBy().isPresent();
    }

    private SubjectDecision duplicate(VirtualMachine vm) {
        return new SubjectDecision.Ignored(
                new FaultSubject.OfVm(vm.id()),
                trigger,
                Reason.DUPLICATE,
                Explanation.of(() -> vm.id() + " has failed already; its requests are served by "
                        + vm.servedBy().map(VmId::value).orElse("none")));
    }

    private SubjectDecision redirect(VirtualMachine failed) {
        List<VmId> owners = ownersToMove(failed);
        if (owners.isEmpty()) {
            VmId server = failed.servedBy().orElseThrow();
            ClusterRole role = inventory.hostOf(inventory.requireVm(server)).role();
            return new SubjectDecision.Redirect(
                    failed.id(),
                    trigger,
                    owners,
                    server,
                    role,
                    false,
                    Explanation.of(() -> "the requests of " + failed.id() + " are served by " + server + " already"));
        }
        FailoverContext context = new FailoverContext(inventory, failed, inventory.hostOf(failed), config);
        Optional<VirtualMachine> primary = selection.best(context, ClusterRole.PRIMARY);
        boolean withheld = isStandbyWithheld(primary, context);
        Optional<VirtualMachine> standby = withheld ? Optional.empty() : selection.best(context, ClusterRole.STANDBY);
        if (primary.isPresent() && !isRelievedBy(standby, context)) {
            return redirect(owners, primary.get(), ClusterRole.PRIMARY, context);
        }
        return standby.map(target -> redirect(owners, target, ClusterRole.STANDBY, context))
                .orElseGet(() -> new SubjectDecision.NoTarget(
                        failed.id(),
                        trigger,
                        lagStandsInTheWay(context) ? Reason.REPLICATION_LAG : Reason.NO_SAME_TYPE_HEALTHY,
                        Explanations.noTarget(context, selection, withheld)));
    }

    private boolean isStandbyWithheld(Optional<VirtualMachine> primary, FailoverContext context) {
        if (primary.isPresent()) {
            return !config.overloadUsesStandby() || TargetSelection.hasHeadroom(primary.get(), context);
        }
        return config.standbyActivation() == StandbyActivation.WHOLE_CLUSTER
                && inventory.hasServing(ClusterRole.PRIMARY);
    }

    /** With a primary candidate that lacks the headroom, the standby is only better if it has it. */
    private static boolean isRelievedBy(Optional<VirtualMachine> standby, FailoverContext context) {
        return standby.isPresent() && TargetSelection.hasHeadroom(standby.get(), context);
    }

    private boolean lagStandsInTheWay(FailoverContext context) {
        return inventory.servingBySize(context.failed().type(), ClusterRole.STANDBY).stream()
                .flatMap(Collection::stream)
                .anyMatch(config::lagsTooFar);
    }

    private SubjectDecision redirect(
            List<VmId> owners, VirtualMachine target, ClusterRole role, FailoverContext context) {
        return new SubjectDecision.Redirect(
                context.failed().id(),
                trigger,
                owners,
                target.id(),
                role,
                !TargetSelection.hasHeadroom(target, context),
                Explanations.redirect(target, role, context, selection));
    }

    /** Its own requests, unless another machine serves them well, and those of others that it served. */
    private List<VmId> ownersToMove(VirtualMachine failed) {
        boolean servedElsewhere = failed.servedBy()
                .flatMap(inventory::vm)
                .filter(server -> server.isServing() && inventory.hostOf(server).isAvailable())
                .isPresent();
        ImmutableList.Builder<VmId> owners = ImmutableList.builder();
        if (!servedElsewhere) {
            owners.add(failed.id());
        }
        return owners.addAll(inventory.servedFor(failed.id())).build();
    }

    private SubjectDecision restart(VirtualMachine failed) {
        Optional<Host> host = HostPlacement.place(failed, inventory);
        return host.<SubjectDecision>map(found -> new SubjectDecision.Restart(
                        failed.id(),
                        trigger,
                        found.id(),
                        found.role(),
                        Explanations.placement(failed, found, inventory, "restarted")))
                .orElseGet(() -> noCapacity(failed));
    }

    private SubjectDecision reclone(VirtualMachine failed) {
        Optional<Host> host = HostPlacement.place(failed, inventory);
        return host.<SubjectDecision>map(found -> new SubjectDecision.Reclone(
                        failed.id(),
                        trigger,
                        failed.template().orElseThrow(),
                        found.id(),
                        found.role(),
                        Explanations.placement(failed, found, inventory, "cloned anew")))
                .orElseGet(() -> noCapacity(failed));
    }

    private SubjectDecision noCapacity(VirtualMachine failed) {
        return new SubjectDecision.NoTarget(
                failed.id(), trigger, Reason.NO_CAPACITY, Explanations.noPlacement(failed, inventory));
    }
}
