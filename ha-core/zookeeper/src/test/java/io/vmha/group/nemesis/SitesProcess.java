package io.vmha.group.nemesis;

import com.google.common.collect.ConcurrentHashMultiset;
import com.google.common.collect.Multiset;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.group.CenterFactory;
import io.vmha.group.CenterShards;
import io.vmha.group.GroupHealth;
import io.vmha.group.Instance;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An orchestrator's instance in a process, with the shards of many sites. It does what the lines of its input say, tells on its output
 * which sites it leads whenever that changes, and ends when its input does.
 *
 * <p>Thread-safe: it has no state that changes, but for what it told last, which is confined to the thread that tells.
 */
final class SitesProcess {
    private static final int VMS_A_HOST = 40;
    private static final long LOOK_MILLIS = 10;

    private final CenterShards shards;
    private Set<String> told = Set.of();

    private SitesProcess(CenterShards shards) {
        this.shards = shards;
    }

    /** Arguments: its name, the ensemble, how many sites, VMs of each, the lease in seconds. */
    public static void main(String[] args) throws IOException {
        Duration lease = Duration.ofSeconds(Long.parseLong(args[4]));
        ZooKeeperStore store = ZooKeeperStore.connect(
                ZooKeeperConfig.of(args[1], "/vmha/sites").withTimeout(lease));
        int vms = Integer.parseInt(args[3]);
        SitesProcess process = new SitesProcess(CenterShards.builder()
                .store(store)
                .instance(new Instance(args[0], "http://" + args[0]))
                .sites(IntStream.range(0, Integer.parseInt(args[2]))
                        .mapToObj(i -> "site-" + i)
                        .toList())
                .lease(lease)
                .centers(site -> center(vms))
                .build());
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
        ScheduledFuture<?> unused =
                threads.scheduleWithFixedDelay(process::tell, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                threads.execute(() -> process.obey(words));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Each term has a datacenter of its own, made when the term begins: it stands for what a platform is asked for then. */
    private static CenterFactory center(int vms) {
        CenterConfig config = CenterConfig.builder()
                .stormGuard(Optional.empty())
                .vmStormGuard(Optional.empty())
                .build();
        return (leadership, journal) -> {
            SimulatedDatacenter datacenter = new SimulatedDatacenter(GroupSpeed.inventory(vms / VMS_A_HOST, vms));
            return ManagementCenter.builder()
                    .leadership(leadership)
                    .journal(journal)
                    .adapter(datacenter.hypervisor())
                    .trafficDirector(datacenter.trafficDirector())
                    .config(config)
                    .inventory(datacenter.actual())
                    .build();
        };
    }

    private Set<String> led() {
        return shards.health().values().stream()
                .filter(site -> site.role() == GroupHealth.Role.LEADER)
                .map(GroupHealth::site)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void tell() {
        Set<String> now = led();
        if (!now.equals(told)) {
            told = now;
            say("leads " + String.join(" ", now));
        }
    }

    private void obey(String[] words) {
        try {
            say(
                    switch (words[0]) {
                        case "heap" -> "answer " + usedHeap();
                        case "fail" -> "answer " + failovers(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                        default -> "answer unknown";
                    });
        } catch (RuntimeException failed) {
            say("answer failed " + failed);
        }
    }

    private static void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /**
     * Reports so many VMs of each site that this instance leads, and waits for what becomes of them.
     *
     * @return how many were failed over, and how many were not, with the reasons
     */
    private String failovers(int firstVm, int count) {
        Set<String> sites = led();
        AtomicInteger carriedOut = new AtomicInteger();
        Multiset<String> others = ConcurrentHashMultiset.create();
        List<CompletableFuture<Void>> ended = new ArrayList<>();
        for (int vm = firstVm; vm < firstVm + count; vm++) {
            for (String site : sites) {
                // An outcome keeps the inventory of its decision, for its explanation: none is kept here.
                ended.add(shards.site(site)
                        .submit(GroupSpeed.report(VmId.of("vm" + vm), 1))
                        .handle(SitesProcess::obstacle)
                        .thenAccept(obstacle -> obstacle.ifPresentOrElse(others::add, carriedOut::incrementAndGet))
                        .toCompletableFuture());
            }
        }
        CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).join();
        return carriedOut + " " + others.size() + " " + others;
    }

    /** Why a VM was not failed over; empty where it was. */
    private static Optional<String> obstacle(@Nullable DecisionOutcome outcome, @Nullable Throwable thrown) {
        if (outcome == null) {
            return Optional.of(String.valueOf(thrown));
        }
        if (outcome.plan().steps().isEmpty()) {
            return Optional.of(outcome.decision().parts().stream()
                    .map(part -> part.outcome() + " " + part.reason())
                    .collect(Collectors.joining(", ")));
        }
        return outcome.isCarriedOut()
                ? Optional.empty()
                : Optional.of(outcome.actions().stream()
                        .map(ActionRecord::result)
                        .filter(result -> result != ActionResult.DONE)
                        .distinct()
                        .map(result -> "a step was " + result)
                        .collect(Collectors.joining(", ")));
    }
}
