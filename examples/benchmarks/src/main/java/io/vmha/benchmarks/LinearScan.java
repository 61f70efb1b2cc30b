package io.vmha.benchmarks;

import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The plain way to decide: look at every machine for each one that failed. It has the order of the default policy and
 * none of its explanations. Mutable; confined to the thread that made it.
 */
final class LinearScan {
    private final VirtualMachine[] vms;
    private final Host[] hosts;
    private final double[] loads;
    private final Map<VmId, Integer> numbers = new HashMap<>();
    private Set<HostId> lost = Set.of();

    LinearScan(Workload workload) {
        Map<HostId, Host> byId = new HashMap<>();
        workload.hosts().forEach(host -> byId.put(host.id(), host));
        vms = workload.vms().toArray(VirtualMachine[]::new);
        hosts = Arrays.stream(vms).map(vm -> byId.get(vm.host())).toArray(Host[]::new);
        loads = Arrays.stream(vms).mapToDouble(VirtualMachine::load).toArray();
        for (int i = 0; i < vms.length; i++) {
            numbers.put(vms[i].id(), i);
        }
    }

    /** The machine that takes the requests of a failed one; null if there is none. */
    @Nullable
    VmId oneVm(VmId failed) {
        int target = target(numbers.getOrDefault(failed, -1));
        return target < 0 ? null : vms[target].id();
    }

    /** The number of machines of those hosts that found a target; what the first took, the next sees. */
    int hosts(List<HostId> failed) {
        double[] before = loads.clone();
        lost = new HashSet<>(failed);
        int found = 0;
        for (int vm : machinesOf(lost)) {
            int target = target(vm);
            if (target >= 0) {
                loads[target] = loadAfter(target, vm);
                found++;
            }
        }
        lost = Set.of();
        System.arraycopy(before, 0, loads, 0, loads.length);
        return found;
    }

    private int[] machinesOf(Set<HostId> failed) {
        return IntStream.range(0, vms.length)
                .filter(i -> failed.contains(vms[i].host()))
                .boxed()
                .sorted((a, b) -> {
                    int byPriority = Integer.compare(vms[b].priority(), vms[a].priority());
                    return byPriority == 0 ? vms[a].id().compareTo(vms[b].id()) : byPriority;
                })
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private int target(int failed) {
        int primary = target(failed, ClusterRole.PRIMARY);
        return primary >= 0 ? primary : target(failed, ClusterRole.STANDBY);
    }

    private int target(int failed, ClusterRole role) {
        int best = -1;
        for (int i = 0; i < vms.length; i++) {
            if (i != failed
                    && hosts[i].role() == role
                    && vms[i].type().equals(vms[failed].type())
                    && !lost.contains(hosts[i].id())
                    && (best < 0 || isBetter(i, best, failed))) {
                best = i;
            }
        }
        return best;
    }

    private boolean isBetter(int left, int right, int failed) {
        int order = Boolean.compare(loadAfter(left, failed) > 1, loadAfter(right, failed) > 1);
        if (order == 0) {
            order = Integer.compare(nearness(left, failed), nearness(right, failed));
        }
        if (order == 0) {
            order = Double.compare(loadAfter(left, failed), loadAfter(right, failed));
        }
        return order == 0 ? vms[left].id().compareTo(vms[right].id()) < 0 : order < 0;
    }

    private int nearness(int candidate, int failed) {
        boolean sameHost = hosts[candidate] == hosts[failed];
        return (sameHost ? 2 : 0) + (hosts[candidate].rack().equals(hosts[failed].rack()) ? 1 : 0);
    }

    private double loadAfter(int target, int failed) {
        return loads[target]
                + loads[failed]
                        * vms[failed].allocation().cpuMillis()
                        / vms[target].allocation().cpuMillis();
    }
}
