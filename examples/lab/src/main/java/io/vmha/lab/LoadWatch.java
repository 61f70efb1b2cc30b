package io.vmha.lab;

import com.google.common.base.Splitter;
import io.vmha.center.ManagementCenter;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.LoadSample;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how loaded the middleware guests are, by the requests that HAProxy sends them, and tells the center. A request a
 * second is reckoned to need {@value #MIB_PER_RATE} MiB. Its state is confined to its one thread.
 */
final class LoadWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadWatch.class);
    private static final int MIB_PER_RATE = 18;
    private static final double THRESHOLD = 0.8;
    /** How much of a new value counts: a single second says little. */
    private static final double SMOOTHING = 0.4;

    private final ManagementCenter center;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<VmId, Double> rates = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    LoadWatch(ManagementCenter center) {
        this.center = center;
        var unused = thread.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            read().forEach((vm, rate) -> rates.merge(vm, rate, (old, now) -> old + SMOOTHING * (now - old)));
            Inventory inventory = center.inventory();
            rates.forEach((id, rate) ->
                    inventory.vm(id).filter(VirtualMachine::isServing).ifPresent(vm -> tell(vm, rate)));
        } catch (IOException | RuntimeException e) {
            LOG.warn("loads cannot be read: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(VirtualMachine vm, double rate) {
        double load = rate * MIB_PER_RATE / vm.allocation().memoryMiB();
        Resources demand = Resources.of(
                vm.allocation().cpuMillis(), Math.max(1, (long) Math.ceil(rate * MIB_PER_RATE / THRESHOLD)));
        var unused = center.load(new LoadSample(vm.id(), load, Optional.of(demand)));
    }

    /** Reads requests per second by guest, from HAProxy's statistics. */
    private Map<VmId, Double> read() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + LabSite.MANAGEMENT + ":" + LoadBalancer.STATISTICS_PORT + "/;csv"))
                .timeout(Duration.ofSeconds(1))
                .build();
        List<String> lines = client.send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .toList();
        List<String> names = Splitter.on(',').splitToList(lines.get(0));
        int server = names.indexOf("svname");
        int rate = names.indexOf("rate");
        Map<VmId, Double> read = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> columns = Splitter.on(',').splitToList(line);
            if (columns.size() > rate && columns.get(server).startsWith("mw")) {
                read.put(VmId.of(columns.get(server)), Double.valueOf(columns.get(rate)));
            }
        }
        return read;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
