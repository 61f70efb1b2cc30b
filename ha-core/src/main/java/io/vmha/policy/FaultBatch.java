package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reports that are decided together, sorted by what they are about. A VM on a lost host is lost with it, whatever is reported of the
 * VM itself; a host that is lost is not evacuated; of several reports about one subject the first counts, but that a host is
 * down is certain and counts for more than that it is unreachable. Immutable.
 *
 * @param lostHosts the hosts that are down or unreachable, by kind
 * @param vms the failed VMs on other hosts, with what was reported of each
 * @param degraded the hosts that are to be emptied, by report
 * @param unknown the reports about what is not in the inventory
 */
record FaultBatch(
        Map<HostId, FaultReport> lostHosts,
        Map<VmId, FailedVm> vms,
        Map<HostId, FaultReport> degraded,
        List<FaultReport> unknown) {

    /** A VM, as the inventory has it, and what was reported of it. */
    record FailedVm(VirtualMachine vm, FaultReport report) {}

    static FaultBatch of(Inventory inventory, List<FaultReport> reports) {
        return reports.size() == 1 ? one(inventory, reports.get(0)) : several(inventory, reports);
    }

    private static FaultBatch one(Inventory inventory, FaultReport report) {
        if (report.subject() instanceof FaultSubject.OfVm subject) {
            return inventory
                    .vm(subject.vm())
                    .map(vm -> new FaultBatch(
                            ImmutableMap.of(),
                            ImmutableMap.of(vm.id(), new FailedVm(vm, report)),
                            ImmutableMap.of(),
                            ImmutableList.of()))
                    .orElseGet(() -> unknown(report));
        }
        HostId host = ((FaultSubject.OfHost) report.subject()).host();
        if (inventory.host(host).isEmpty()) {
            return unknown(report);
        }
        Map<HostId, FaultReport> known = ImmutableMap.of(host, report);
        return report.kind() == FaultKind.HOST_DEGRADED
                ? new FaultBatch(ImmutableMap.of(), ImmutableMap.of(), known, ImmutableList.of())
                : new FaultBatch(known, ImmutableMap.of(), ImmutableMap.of(), ImmutableList.of());
    }

    private static FaultBatch unknown(FaultReport report) {
        return new FaultBatch(ImmutableMap.of(), ImmutableMap.of(), ImmutableMap.of(), ImmutableList.of(report));
    }

    private static FaultBatch several(Inventory inventory, List<FaultReport> reports) {
        Map<HostId, FaultReport> lost = new LinkedHashMap<>();
        Map<VmId, FailedVm> vms = new LinkedHashMap<>();
        Map<HostId, FaultReport> degraded = new LinkedHashMap<>();
        List<FaultReport> unknown = new ArrayList<>();
        for (FaultReport report : reports) {
            FaultBatch single = one(inventory, report);
            single.lostHosts.forEach((host, its) -> lost.merge(host, its, FaultBatch::moreCertain));
            single.vms.forEach(vms::putIfAbsent);
            single.degraded.forEach(degraded::putIfAbsent);
            unknown.addAll(single.unknown);
        }
        degraded.keySet().removeAll(lost.keySet());
        vms.values().removeIf(failed -> lost.containsKey(failed.vm().host()));
        return new FaultBatch(lost, vms, degraded, unknown);
    }

    private static FaultReport moreCertain(FaultReport first, FaultReport second) {
        return first.kind() != FaultKind.HOST_DOWN && second.kind() == FaultKind.HOST_DOWN ? second : first;
    }

    /** What stops that VM. */
    Trigger triggerOf(VirtualMachine vm) {
        FaultReport ofHost = lostHosts.get(vm.host());
        return Trigger.of((ofHost != null ? ofHost : requireReport(vm.id())).kind());
    }

    private FaultReport requireReport(VmId vm) {
        FailedVm failed = vms.get(vm);
        if (failed == null) {
            throw new IllegalArgumentException("no report is about VM " + vm);
        }
        return failed.report();
    }

    /** The VMs that are stopped, the highest priority first. */
    ImmutableList<VirtualMachine> failing(Inventory inventory) {
        if (lostHosts.isEmpty() && vms.size() == 1) {
            return ImmutableList.of(vms.values().iterator().next().vm());
        }
        List<VirtualMachine> failing = new ArrayList<>();
        lostHosts.keySet().forEach(host -> failing.addAll(inventory.vmsOn(host)));
        vms.values().forEach(failed -> failing.add(failed.vm()));
        return ImmutableList.sortedCopyOf(HighestPriorityFirst.ORDER, failing);
    }

    /** The hosts that are up of the VMs that failed alone. */
    ImmutableSet<HostId> hostsOfVms() {
        ImmutableSet.Builder<HostId> hosts = ImmutableSet.builder();
        vms.values().forEach(failed -> hosts.add(failed.vm().host()));
        return hosts.build();
    }

    /** The reports that stop VMs. */
    List<FaultReport> stopping() {
        return Stream.concat(lostHosts.values().stream(), vms.values().stream().map(FailedVm::report))
                .toList();
    }

    /** The running VMs of the degraded hosts that have no fault of their own. */
    List<VmId> leaving(Inventory inventory) {
        return degraded.keySet().stream()
                .flatMap(host -> inventory.vmsOn(host).stream())
                .map(VirtualMachine::id)
                .filter(vm -> !vms.containsKey(vm))
                .toList();
    }

    /** Returns the inventory with the degraded hosts shown in it: the VMs of lost ones are left as they were. */
    Inventory showDegraded(Inventory inventory) {
        Inventory shown = inventory;
        for (FaultReport report : degraded.values()) {
            shown = FaultEffects.apply(shown, report);
        }
        return shown;
    }
}
