package io.vmha.group.nemesis;

import io.vmha.adapter.CallContext;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.RetryPolicy;
import io.vmha.center.config.VmStormGuard;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.center.schedule.ThreadedScheduler;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.group.CenterGroup;
import io.vmha.group.Instance;
import io.vmha.model.VmId;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** An orchestrator's instance with a center in it, in a process: it takes reports and says how it is, a line for each. */
final class CenterProcess {
    static final int PORT = 8000;
    static final Duration LEASE = Duration.ofMillis(1_500);

    /** Fewer than fail in a storm, and more than fail of its own in the rounds of a window. */
    private static final VmStormGuard STORM =
            new VmStormGuard((double) Platform.STORM / 2 / Platform.VMS, Duration.ofSeconds(4));

    private static final Duration DEADLINE = Duration.ofSeconds(2);

    /** How far somebody moved its host's clock. */
    private static volatile Duration clockOffset = Duration.ZERO;

    private CenterProcess() {}

    /** Arguments: its name, its address, the ensemble, the hypervisor's address. */
    public static void main(String[] args) throws IOException {
        RemoteHypervisor hypervisor = new RemoteHypervisor(args[3]);
        ZooKeeperStore store = ZooKeeperStore.connect(
                ZooKeeperConfig.of(args[2], "/vmha/nemesis").withTimeout(Duration.ofSeconds(2)));
        CenterConfig config = CenterConfig.builder()
                .actionDeadline(DEADLINE)
                .retry(new RetryPolicy(50, Duration.ofMillis(100), Duration.ofMillis(500), 0.2))
                .stormGuard(Optional.empty())
                .vmStormGuard(STORM)
                .build();
        CenterGroup group = CenterGroup.builder()
                .store(store)
                .instance(new Instance(args[0], args[1]))
                .lease(LEASE)
                .center((leadership, journal) -> ManagementCenter.builder()
                        .leadership(hypervisor.noting(leadership))
                        .journal(journal)
                        .adapter(hypervisor)
                        .trafficDirector(hypervisor)
                        .config(config)
                        .listener(new StormCheck(System.out::println))
                        .scheduler(new ThreadedScheduler(CenterProcess::wallClock))
                        .inventory(hypervisor.discover(CallContext.within(DEADLINE)))
                        .build())
                .build();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ServerSocket socket = new ServerSocket(PORT, 200)) {
            while (true) {
                Socket client = socket.accept();
                threads.execute(() -> serve(client, group));
            }
        }
    }

    private static void serve(Socket client, CenterGroup group) {
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(client.getOutputStream(), true, StandardCharsets.UTF_8)) {
            client.setSoTimeout(5_000);
            String[] words = String.valueOf(in.readLine()).split(" ");
            out.println(
                    switch (words[0]) {
                        case "report" -> report(group, words);
                        case "role" ->
                            group.health().role() + " " + group.health().epoch() + " "
                                    + group.health().problem().orElse("");
                        case "handover" -> handOver(group);
                        case "clock" -> leap(Integer.parseInt(words[1]));
                        default -> "unknown";
                    });
        } catch (IOException gone) {
            System.out.println("a caller is gone: " + gone.getMessage());
        }
    }

    private static String report(CenterGroup group, String[] words) {
        FaultReport report = FaultReport.ofVm(
                VmId.of(words[1]),
                FaultKind.FILESYSTEM_READ_ONLY,
                Instant.ofEpochMilli(Long.parseLong(words[2])),
                "nemesis:" + words[1],
                1);
        try {
            return "accepted "
                    + group.accept(report)
                            .toCompletableFuture()
                            .orTimeout(4, TimeUnit.SECONDS)
                            .join()
                            .parts()
                            .get(0)
                            .outcome();
        } catch (CompletionException refused) {
            return refused.getCause() instanceof NotLeaderException told
                    ? "elsewhere " + told.leader().orElse("unknown")
                    : "failed " + refused.getCause();
        }
    }

    private static Instant wallClock() {
        return Instant.now().plus(clockOffset);
    }

    private static String leap(int hours) {
        clockOffset = Duration.ofHours(hours);
        return "so be it";
    }

    private static String handOver(CenterGroup group) {
        try {
            Void unused = group.handOver(Optional.empty())
                    .toCompletableFuture()
                    .orTimeout(4, TimeUnit.SECONDS)
                    .join();
            return "left";
        } catch (CompletionException refused) {
            return "failed " + refused.getCause();
        }
    }
}
