package io.vmha.center;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.Decision;
import io.vmha.policy.SubjectDecision;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what a report and a decision may have changed in an inventory. Pure functions. */
final class Touched {
    private Touched() {}

    static Set<VmId> vms(Inventory before, Optional<FaultReport> report, Decision decision) {
        Set<VmId> vms = new LinkedHashSet<>();
        report.ifPresent(fault -> {
            fault.subject().fold(vms::add, host -> {
                before.host(host).ifPresent(found -> before.vmsOn(host).forEach(vm -> vms.add(vm.id())));
                return false;
            });
        });
        decision.parts().forEach(part -> add(part, vms));
        return vms;
    }

    private static void add(SubjectDecision part, Set<VmId> vms) {
        part.fold(new SubjectDecision.Cases<Boolean>(
                redirect -> vms.addAll(with(redirect.owners(), redirect.vm(), redirect.target())),
                restart -> vms.add(restart.vm()),
                reclone -> vms.add(reclone.vm()),
                reallocate -> vms.add(reallocate.vm()),
                shift -> vms.addAll(with(shift.owners(), shift.vm(), shift.target())),
                migrate -> vms.add(migrate.vm()),
                failback -> vms.addAll(List.of(failback.vm(), failback.server())),
                noTarget -> false,
                blocked -> false,
                ignored -> false));
    }

    private static List<VmId> with(List<VmId> owners, VmId from, VmId to) {
        return ImmutableList.<VmId>builder().addAll(owners).add(from).add(to).build();
    }

    static List<HostId> hosts(Optional<FaultReport> report) {
        return report.flatMap(fault -> fault.subject().<Optional<HostId>>fold(vm -> Optional.empty(), Optional::of))
                .map(List::of)
                .orElse(List.of());
    }

    static List<VmChange> changes(Set<VmId> vms, Inventory before, Inventory after) {
        ImmutableList.Builder<VmChange> changes = ImmutableList.builder();
        for (VmId id : vms) {
            Optional<VirtualMachine> old = before.vm(id);
            Optional<VirtualMachine> changed = after.vm(id);
            if (old.isPresent() && changed.isPresent()) {
                changes.add(new VmChange(old.get(), changed.get()));
            }
        }
        return changes.build();
    }
}
