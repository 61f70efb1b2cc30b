package io.vmha.center.internal;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.DesiredExport;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultSubject;
import io.vmha.model.VmType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Takes what is desired out of a center, and gives it to one that has another journal. Confined to the center's loop. */
final class DesiredTransfer {
    private final CenterLoop center;
    private final CenterState state;

    DesiredTransfer(CenterLoop center) {
        this.center = center;
        this.state = center.state();
    }

    DesiredExport export() {
        return new DesiredExport(
                center.holds().settings(),
                state.vms().stream()
                        .filter(vm -> !vm.is(VmState.Flag.DELETED))
                        .sorted(Comparator.comparing(VmRecord::id))
                        .map(DesiredTransfer::vm)
                        .toList(),
                state.hosts().stream()
                        .map(HostRecord::seen)
                        .sorted(Comparator.comparing(host -> host.id()))
                        .map(host -> new DesiredExport.Host(host.id(), host.inMaintenance()))
                        .toList(),
                state.databases().remembered(),
                state.leftovers().all());
    }

    private static DesiredExport.Vm vm(VmRecord vm) {
        return new DesiredExport.Vm(
                vm.id(),
                vm.desired(),
                vm.server().equals(vm.id()) ? Optional.empty() : Optional.of(vm.server()),
                vm.flags(),
                vm.faults());
    }

    /**
     * Checks everything first, so that either all of it is taken or nothing. What is not named stays as it is.
     *
     * @throws IllegalArgumentException if a VM, host or server is not known, a server is of another type, or a plan is open
     */
    void take(DesiredExport given) {
        List<PlanRun> open = List.copyOf(center.executor().runs());
        checkArgument(
                open.isEmpty(),
                "what is desired is imported while no plan is open: %s",
                open.stream().map(run -> "plan " + run.id()).toList());
        given.hosts().forEach(host -> state.requireHost(host.id()));
        given.vms().forEach(this::check);
        given.replicaSets().forEach(state.databases()::check);
        given.hosts().forEach(host -> state.maintenance(host.id(), host.inMaintenance()));
        given.vms().forEach(this::take);
        given.leftovers().forEach(state.leftovers()::leftBehind);
        given.replicaSets().forEach(state.databases()::take);
        center.holds().settings(given.settings());
        new Takeover(center).goOnAfterImport();
    }

    private void check(DesiredExport.Vm vm) {
        VmType type = state.requireVm(vm.id()).seen().type();
        vm.servedBy().ifPresent(server -> {
            VmType other = state.requireVm(server).seen().type();
            checkArgument(!server.equals(vm.id()), "VM %s is served by itself where no server is named", server);
            checkArgument(
                    other.equals(type),
                    "VM %s is of the type %s, and its server %s of the type %s",
                    vm.id(),
                    type,
                    server,
                    other);
        });
        for (OpenFault fault : vm.faults()) {
            FaultSubject subject = fault.report().subject();
            subject.asVm()
                    .ifPresent(about ->
                            checkArgument(about.equals(vm.id()), "VM %s cannot have a fault of %s", vm.id(), about));
            subject.asHost().ifPresent(state::requireHost);
        }
    }

    private void take(DesiredExport.Vm vm) {
        VmRecord record = state.requireVm(vm.id());
        if (record.desired() != vm.desired()) {
            state.desired(vm.id(), vm.desired());
        }
        state.routes().routed(vm.id(), vm.servedBy().orElse(vm.id()));
        Set<OpenFault> known = Set.copyOf(record.faults());
        vm.faults().stream()
                .filter(fault -> !known.contains(fault))
                .forEach(fault -> state.health().opened(vm.id(), fault));
        // Last: that a fault opens takes some of them away.
        DesiredExport.marks()
                .forEach(mark -> state.flag(vm.id(), mark, vm.marks().contains(mark)));
    }
}
