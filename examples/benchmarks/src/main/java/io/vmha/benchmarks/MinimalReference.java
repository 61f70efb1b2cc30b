package io.vmha.benchmarks;

import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * About the least that a decision can cost: mutable arrays, machines as numbers with a map from their ids, and for each type, cluster and size a list
 * for each percent of load. It knows no rules, no states and no explanations, and takes any machine of the lowest
 * percent. Mutable; confined to the thread that made it.
 */
final class MinimalReference {
    private static final int BUCKETS = 1_024;
    private static final int WORDS = BUCKETS / 64;

    private final Map<VmId, Integer> vmNumbers = new HashMap<>();
    private final VmId[] ids;
    private final int[] host;
    private final int[] rack;
    private final int[] priority;
    private final int[] group;
    private final double[] load;
    private final double[] cpu;
    private final int[] next;
    private final int[] previous;
    private final int[] head;
    private final long[] occupied;
    private final int[][] groupsInOrder;
    private final int[][] machinesOfHost;

    private record Key(String type, ClusterRole role, long cpuMillis, long memoryMiB) {}

    MinimalReference(Workload workload) {
        List<VirtualMachine> vms = workload.vms();
        int count = vms.size();
        ids = vms.stream().map(VirtualMachine::id).toArray(VmId[]::new);
        Arrays.stream(ids).forEach(id -> vmNumbers.put(id, vmNumbers.size()));
        host = new int[count];
        rack = new int[count];
        priority = vms.stream().mapToInt(VirtualMachine::priority).toArray();
        group = new int[count];
        load = vms.stream().mapToDouble(VirtualMachine::load).toArray();
        cpu = vms.stream().mapToDouble(vm -> vm.allocation().cpuMillis()).toArray();
        next = new int[count];
        previous = new int[count];
        Map<HostId, Integer> numbers = numbers(workload);
        List<Key> keys = place(workload, numbers);
        head = new int[keys.size() * BUCKETS];
        Arrays.fill(head, -1);
        occupied = new long[keys.size() * WORDS];
        groupsInOrder = order(keys);
        machinesOfHost = machines(numbers.size());
        for (int vm = 0; vm < count; vm++) {
            link(vm);
        }
    }

    static Map<HostId, Integer> numbers(Workload workload) {
        Map<HostId, Integer> numbers = new HashMap<>();
        workload.hosts().forEach(host -> numbers.put(host.id(), numbers.size()));
        return numbers;
    }

    private List<Key> place(Workload workload, Map<HostId, Integer> numbers) {
        Map<Key, Integer> groups = new HashMap<>();
        List<Key> keys = new ArrayList<>();
        Map<Object, Integer> racks = new HashMap<>();
        for (int vm = 0; vm < host.length; vm++) {
            VirtualMachine machine = workload.vms().get(vm);
            host[vm] = numbers.getOrDefault(machine.host(), -1);
            Host on = workload.hosts().get(host[vm]);
            rack[vm] = racks.computeIfAbsent(on.rack(), name -> racks.size());
            Key key = new Key(
                    machine.type().value(),
                    on.role(),
                    machine.allocation().cpuMillis(),
                    machine.allocation().memoryMiB());
            group[vm] = groups.computeIfAbsent(key, added -> {
                keys.add(added);
                return keys.size() - 1;
            });
        }
        return keys;
    }

    /** For each group, those of the primary cluster and then those of the standby cluster that could serve for it. */
    private static int[][] order(List<Key> keys) {
        int[][] order = new int[keys.size()][];
        for (int i = 0; i < order.length; i++) {
            List<Integer> same = new ArrayList<>();
            for (ClusterRole role : List.of(ClusterRole.PRIMARY, ClusterRole.STANDBY)) {
                for (int j = 0; j < order.length; j++) {
                    if (keys.get(j).role() == role
                            && keys.get(j).type().equals(keys.get(i).type())) {
                        same.add(j);
                    }
                }
                same.add(-1);
            }
            order[i] = same.stream().mapToInt(Integer::intValue).toArray();
        }
        return order;
    }

    private int[][] machines(int hosts) {
        int[] counts = new int[hosts];
        Arrays.stream(host).forEach(on -> counts[on]++);
        int[][] machines = Arrays.stream(counts).mapToObj(int[]::new).toArray(int[][]::new);
        for (int vm = host.length - 1; vm >= 0; vm--) {
            machines[host[vm]][--counts[host[vm]]] = vm;
        }
        return machines;
    }

    /** The machine that takes the requests of a failed one; null if there is none. */
    @Nullable
    VmId oneVm(VmId failed) {
        int target = oneVm(vmNumbers.getOrDefault(failed, -1));
        return target < 0 ? null : ids[target];
    }

    /** The number of the machine that takes the requests of a failed one; -1 if there is none. */
    private int oneVm(int failed) {
        double work = load[failed] * cpu[failed];
        int best = -1;
        double bestLoad = Double.MAX_VALUE;
        for (int candidates : groupsInOrder[group[failed]]) {
            if (candidates < 0) {
                if (best >= 0) {
                    return best;
                }
                continue;
            }
            int found = least(candidates, failed);
            if (found >= 0 && load[found] + work / cpu[found] < bestLoad) {
                best = found;
                bestLoad = load[found] + work / cpu[found];
            }
        }
        return best;
    }

    /** The number of machines of those hosts that found a target, all state then as it was before. */
    int hosts(int[] failed) {
        List<Integer> machines = new ArrayList<>();
        for (int on : failed) {
            for (int vm : machinesOfHost[on]) {
                unlink(vm);
                machines.add(vm);
            }
        }
        machines.sort((a, b) -> Integer.compare(priority[b], priority[a]));
        int[] targets = new int[machines.size()];
        double[] before = new double[machines.size()];
        int found = 0;
        for (int i = 0; i < targets.length; i++) {
            int vm = machines.get(i);
            targets[i] = oneVm(vm);
            if (targets[i] >= 0) {
                before[i] = load[targets[i]];
                reload(targets[i], before[i] + load[vm] * cpu[vm] / cpu[targets[i]]);
                found++;
            }
        }
        for (int i = targets.length - 1; i >= 0; i--) {
            if (targets[i] >= 0) {
                reload(targets[i], before[i]);
            }
            link(machines.get(i));
        }
        return found;
    }

    private int least(int candidates, int failed) {
        int near = -1;
        for (int word = 0; word < WORDS; word++) {
            long bits = occupied[candidates * WORDS + word];
            while (bits != 0) {
                int bucket = word * 64 + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                for (int vm = head[candidates * BUCKETS + bucket]; vm >= 0; vm = next[vm]) {
                    if (rack[vm] != rack[failed]) {
                        return vm;
                    }
                    if (near < 0 && vm != failed) {
                        near = vm;
                    }
                }
            }
        }
        return near;
    }

    private void reload(int vm, double changed) {
        unlink(vm);
        load[vm] = changed;
        link(vm);
    }

    private int slot(int vm) {
        return group[vm] * BUCKETS + Math.min(BUCKETS - 1, (int) (load[vm] * 100));
    }

    private void link(int vm) {
        int slot = slot(vm);
        next[vm] = head[slot];
        previous[vm] = -1;
        if (head[slot] >= 0) {
            previous[head[slot]] = vm;
        }
        head[slot] = vm;
        occupied[slot / 64] |= 1L << slot % 64;
    }

    private void unlink(int vm) {
        int slot = slot(vm);
        if (previous[vm] >= 0) {
            next[previous[vm]] = next[vm];
        } else {
            head[slot] = next[vm];
        }
        if (next[vm] >= 0) {
            previous[next[vm]] = previous[vm];
        }
        if (head[slot] < 0) {
            occupied[slot / 64] &= ~(1L << slot % 64);
        }
    }
}
