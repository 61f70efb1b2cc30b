package io.vmha.benchmarks;

import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The plain way to decide: look at every machine for each one that failed. It has the order of the default policy and
 * none of its explanations. Mutable; confined to the thread that made it.
 */
final class LinearScan {
    private final VmId[] ids;
    private final int[] priority;
    private final int[] type;
    private final boolean[] primary;
    private final int[] host;
    private final int[] rack;
    private final double[] cpu;
    private final double[] load;
    private final boolean[] lost;
    private final Map<VmId, Integer> numbers = new HashMap<>();
    private final Map<HostId, Integer> hostNumbers;

    LinearScan(Workload workload) {
        List<VirtualMachine> vms = workload.vms();
        hostNumbers = MinimalReference.numbers(workload);
        lost = new boolean[hostNumbers.size()];
        ids = vms.stream().map(VirtualMachine::id).toArray(VmId[]::new);
        priority = vms.stream().mapToInt(VirtualMachine::priority).toArray();
        host = vms.stream()
                .mapToInt(vm -> hostNumbers.getOrDefault(vm.host(), -1))
                .toArray();
        cpu = vms.stream().mapToDouble(vm -> vm.allocation().cpuMillis()).toArray();
        load = vms.stream().mapToDouble(VirtualMachine::load).toArray();
        type = new int[ids.length];
        rack = new int[ids.length];
        primary = new boolean[ids.length];
        Map<Object, Integer> names = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            Host on = workload.hosts().get(host[i]);
            numbers.put(ids[i], i);
            type[i] = names.computeIfAbsent(vms.get(i).type(), name -> names.size());
            rack[i] = names.computeIfAbsent(on.rack(), name -> names.size());
            primary[i] = on.role() == ClusterRole.PRIMARY;
        }
    }

    /** The machine that takes the requests of a failed one; null if there is none. */
    @Nullable
    VmId oneVm(VmId failed) {
        int target = target(numbers.getOrDefault(failed, -1));
        return target < 0 ? null : ids[target];
    }

    /** The number of machines of those hosts that found a target; what the first took, the next sees. */
    int hosts(List<HostId> failed) {
        double[] before = load.clone();
        failed.forEach(on -> lost[hostNumbers.getOrDefault(on, -1)] = true);
        int found = 0;
        for (int vm : machinesOfLost()) {
            int target = target(vm);
            if (target >= 0) {
                load[target] = loadAfter(target, vm);
                found++;
            }
        }
        Arrays.fill(lost, false);
        System.arraycopy(before, 0, load, 0, load.length);
        return found;
    }

    private int[] machinesOfLost() {
        return IntStream.range(0, ids.length)
                .filter(i -> lost[host[i]])
                .boxed()
                .sorted((a, b) -> {
                    int byPriority = Integer.compare(priority[b], priority[a]);
                    return byPriority == 0 ? ids[a].compareTo(ids[b]) : byPriority;
                })
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private int target(int failed) {
        int inPrimary = target(failed, true);
        return inPrimary >= 0 ? inPrimary : target(failed, false);
    }

    private int target(int failed, boolean inPrimary) {
        int best = -1;
        for (int i = 0; i < ids.length; i++) {
            if (type[i] == type[failed]
                    && primary[i] == inPrimary
                    && i != failed
                    && !lost[host[i]]
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
        return order == 0 ? ids[left].compareTo(ids[right]) < 0 : order < 0;
    }

    private int nearness(int candidate, int failed) {
        return (host[candidate] == host[failed] ? 2 : 0) + (rack[candidate] == rack[failed] ? 1 : 0);
    }

    private double loadAfter(int target, int failed) {
        return load[target] + load[failed] * cpu[failed] / cpu[target];
    }
}
