package io.vmha.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.PowerStateCheck;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.HostQuarantine;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SilenceLimit;
import io.vmha.journal.DurablePlanJournal;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.fault.FaultyAdapter;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real center in real time, on a journal on the disk and a simulated datacenter whose calls take time and sometimes fail, with
 * heartbeats every second and its meters at {@code /metrics}. When its leadership is lost, another one can take over.
 *
 * <p>Used by one thread; its timer sends no heartbeat while one center takes over from another.
 */
final class LiveCenter implements AutoCloseable {
    /** How long a call of each kind takes on average; one that is not named takes no time. */
    private static final Map<String, Integer> MILLISECONDS = Map.ofEntries(
            Map.entry("discover", 120),
            Map.entry("read", 30),
            Map.entry("powerState", 20),
            Map.entry("powerOff", 700),
            Map.entry("powerOn", 1_500),
            Map.entry("cloneFromTemplate", 4_000),
            Map.entry("reallocate", 300),
            Map.entry("migrate", 6_000),
            Map.entry("leftovers", 40),
            Map.entry("serves", 60),
            Map.entry("route", 40),
            Map.entry("serverOf", 10),
            Map.entry("fence", 2_500));

    private static final CenterConfig CONFIG = CenterConfig.builder()
            .hostQuarantine(new HostQuarantine(1, Duration.ofHours(1)))
            .build();
    private static final SilenceLimit LIMIT =
            new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofMillis(4_500));
    private static final DetectionConfig DETECTION = DetectionConfig.builder()
            .vmLimit(LIMIT)
            .hostLimit(LIMIT)
            .startsWithin(Duration.ofSeconds(20))
            .build();

    final SimulatedDatacenter datacenter =
            new SimulatedDatacenter(Datacenter.threeHosts().inventory());
    final FaultyAdapter platform = FaultyAdapter.around(slowed(HypervisorAdapter.class, datacenter.hypervisor()));
    final MeteredCenter.FailingJournal journal;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HaMetrics metrics =
            HaMetrics.builder(registry).interval(Duration.ofSeconds(1)).build();
    private final AtomicLong beat = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private volatile OptionalLong epoch = OptionalLong.of(1);
    private volatile ManagementCenter center;

    LiveCenter(Path journalFolder) throws IOException {
        journal = new MeteredCenter.FailingJournal(DurablePlanJournal.in(journalFolder));
        center = newCenter(datacenter.actual());
        var unused = timer.scheduleAtFixedRate(this::heartbeats, 0, 1, TimeUnit.SECONDS);
        server.createContext("/metrics", exchange -> {
            byte[] scraped = registry.scrape().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, scraped.length);
            exchange.getResponseBody().write(scraped);
            exchange.close();
        });
        server.start();
    }

    /** Where its meters are scraped. */
    int port() {
        return server.getAddress().getPort();
    }

    /** The center that leads, or was the last to. */
    ManagementCenter center() {
        return center;
    }

    private ManagementCenter newCenter(Inventory inventory) {
        OptionalLong term = epoch;
        ManagementCenter built = ManagementCenter.builder()
                .adapter(metrics.timed(platform))
                .trafficDirector(slowed(TrafficDirector.class, datacenter.trafficDirector()))
                .fencingDevice(slowed(FencingDevice.class, datacenter.fencingDevice()))
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .faultSource(datacenter.faultSource())
                .detection(DETECTION, new PowerStateCheck(platform))
                .resyncEvery(Duration.ofSeconds(2))
                .inventory(inventory)
                .journal(metrics.timed(journal))
                .leadership(() -> term.equals(epoch) ? term : OptionalLong.empty())
                .config(CONFIG)
                .listener(metrics)
                .build();
        metrics.watch(built);
        return built;
    }

    /** The center's lease is over: it may not act any more. */
    void losesItsLeadership() {
        epoch = OptionalLong.empty();
    }

    /** Another center goes on with the same journal, in the term with this epoch. */
    synchronized void isSucceeded(long successor) {
        center.close();
        epoch = OptionalLong.of(successor);
        center = newCenter(datacenter.actual());
    }

    private synchronized void heartbeats() {
        long sequence = beat.getAndIncrement();
        Inventory actual = datacenter.actual();
        actual.hosts().stream()
                .filter(host -> host.health() == HostHealth.UP)
                .forEach(host -> center.heartbeat(Heartbeat.ofHost(host.id(), 0, sequence)));
        actual.vms().stream()
                .filter(vm -> isAlive(actual, vm))
                .forEach(vm -> center.heartbeat(Heartbeat.ofVm(vm.id(), 0, sequence)));
    }

    private static boolean isAlive(Inventory actual, VirtualMachine vm) {
        return vm.power() == PowerState.ON
                && vm.health() == VmHealth.HEALTHY
                && actual.requireHost(vm.host()).health() == HostHealth.UP;
    }

    /** The same, whose calls take as long as they do over a network: half to one and a half of what is usual. */
    private static <T> T slowed(Class<T> type, T target) {
        Random random = new Random(2);
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, call, arguments) -> {
                    TimeUnit.MILLISECONDS.sleep(
                            (long) (MILLISECONDS.getOrDefault(call.getName(), 0) * (0.5 + random.nextDouble())));
                    try {
                        return call.invoke(target, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                }));
    }

    @Override
    public void close() {
        timer.shutdownNow();
        center.close();
        metrics.close();
        server.stop(0);
        journal.close();
    }
}
