package io.vmha.model;

import com.google.common.collect.ImmutableList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Checks rules 1 to 3 of the reference design, and names every one that an inventory breaks. A pure function.
 *
 * <p>The library works on inventories that break them; this says what they cannot survive.
 */
public final class TopologyRules {
    private static final int MIN_HOSTS = 3;
    private static final int MIN_PRIMARY_HOSTS = 2;
    private static final int MIN_STANDBY_HOSTS = 1;
    private static final int MIN_PRIMARY_VMS_OF_TYPE = 2;
    private static final int MIN_STANDBY_VMS_OF_TYPE = 1;

    private TopologyRules() {}

    /**
     * A rule that is broken.
     *
     * @param rule the rule's number in the reference design, 1 to 3
     * @param message what is wrong, for a person
     */
    public record Violation(int rule, String message) {}

    /** Returns every rule that the inventory breaks, by number; empty if it keeps them all. */
    public static List<Violation> check(Inventory inventory) {
        return ImmutableList.<Violation>builder()
                .addAll(checkHosts(inventory))
                .addAll(checkPools(inventory))
                .addAll(checkTypes(inventory))
                .build();
    }

    private static List<Violation> checkHosts(Inventory inventory) {
        ImmutableList.Builder<Violation> broken = ImmutableList.builder();
        Map<ClusterRole, Long> hosts = new EnumMap<>(ClusterRole.class);
        inventory.hosts().forEach(host -> hosts.merge(host.role(), 1L, Long::sum));
        atLeast(broken, 1, MIN_HOSTS, inventory.hosts().size(), "hosts");
        atLeast(broken, 1, MIN_PRIMARY_HOSTS, hosts.getOrDefault(ClusterRole.PRIMARY, 0L), "PRIMARY hosts");
        atLeast(broken, 1, MIN_STANDBY_HOSTS, hosts.getOrDefault(ClusterRole.STANDBY, 0L), "STANDBY hosts");
        TreeSet<String> platforms = inventory.hosts().stream()
                .map(host -> host.cpuPlatform().map(CpuPlatform::toString).orElse("unknown"))
                .collect(Collectors.toCollection(TreeSet::new));
        if (platforms.size() > 1 || platforms.contains("unknown")) {
            broken.add(new Violation(1, "all hosts need the same, known CPU platform and microcode: " + platforms));
        }
        return broken.build();
    }

    private static List<Violation> checkPools(Inventory inventory) {
        ImmutableList.Builder<Violation> broken = ImmutableList.builder();
        inventory.hosts().stream().map(Host::id).sorted().forEach(id -> {
            Host host = inventory.requireHost(id);
            Resources allocated = inventory.allocatedOn(id);
            if (inventory.vmsOn(id).isEmpty()) {
                broken.add(new Violation(2, "host " + id + " has no VM"));
            }
            if (!allocated.fitsIn(host.capacity())) {
                broken.add(new Violation(
                        2, "host " + id + " has " + host.capacity() + ", but its VMs are allocated " + allocated));
            }
        });
        return broken.build();
    }

    private static List<Violation> checkTypes(Inventory inventory) {
        ImmutableList.Builder<Violation> broken = ImmutableList.builder();
        TreeSet<VmType> types = new TreeSet<>(List.of(VmType.MIDDLEWARE, VmType.DATABASE));
        Map<VmType, Map<ClusterRole, Long>> counts = new HashMap<>();
        for (VirtualMachine vm : inventory.vms()) {
            types.add(vm.type());
            counts.computeIfAbsent(vm.type(), type -> new EnumMap<>(ClusterRole.class))
                    .merge(inventory.hostOf(vm).role(), 1L, Long::sum);
        }
        for (VmType type : types) {
            Map<ClusterRole, Long> count = counts.getOrDefault(type, Map.of());
            atLeast(
                    broken,
                    3,
                    MIN_PRIMARY_VMS_OF_TYPE,
                    count.getOrDefault(ClusterRole.PRIMARY, 0L),
                    type + " VMs on PRIMARY hosts");
            atLeast(
                    broken,
                    3,
                    MIN_STANDBY_VMS_OF_TYPE,
                    count.getOrDefault(ClusterRole.STANDBY, 0L),
                    type + " VMs on STANDBY hosts");
        }
        return broken.build();
    }

    private static void atLeast(
            ImmutableList.Builder<Violation> broken, int rule, long least, long found, String what) {
        if (found < least) {
            broken.add(new Violation(rule, "at least " + least + " " + what + " are needed, found " + found));
        }
    }
}
