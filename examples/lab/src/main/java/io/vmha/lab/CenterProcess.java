package io.vmha.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.haproxy.HaproxyTrafficDirector;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.StormGuard;
import io.vmha.journal.DurablePlanJournal;
import io.vmha.libvirt.FaultWatch;
import io.vmha.libvirt.LibvirtAdapter;
import io.vmha.libvirt.LibvirtFaultSource;
import io.vmha.libvirt.LibvirtHost;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.ReplicaLag;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The orchestrator's own process, with the library in it: the management center, what it drives, and what tells it of
 * faults. It may be killed at any moment, and goes on with its journal when it is started again.
 *
 * <p>It answers on {@value #PORT}: {@code /state}, {@code /hosts-up}, {@code /repaired?vm=NAME} and {@code /loads?on=true}.
 */
final class CenterProcess {
    static final int PORT = 8090;
    static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

    /** What each host has for its guests: four of them as they start, and a pool. */
    private static final int GUESTS_PER_HOST = 4;

    private static final double TWO_OF_THREE_HOSTS = 0.7;
    private static final int SMALL_POOL_MIB = 40;
    private static final int LARGE_POOL_MIB = 300;
    private static final Resources GUEST = Resources.of(1_000, LabSite.GUEST_NOW_MIB);

    private final LabSite site;
    private @Nullable LoadWatch loads;

    CenterProcess(LabSite site) {
        this.site = site;
    }

    /** Runs until the process is ended. */
    void run() {
        GuestShell guests = new GuestShell(site);
        Provisioner provisioner = new Provisioner(guests);
        LibvirtAdapter adapter = adapter();
        HaproxyTrafficDirector director = LoadBalancer.director(site);
        director.reconcile(CallContext.within(Duration.ofSeconds(5)));
        DurablePlanJournal journal = DurablePlanJournal.in(site.file("journal"));
        ManagementCenter center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(director)
                .fencingDevice(new PowerStrip(site))
                .databaseCluster(new DatabaseTier(site).cluster(), Duration.ofSeconds(1))
                .inventory(withAllMachines(adapter.discover(CallContext.within(Duration.ofSeconds(10)))
                        .toInventory()))
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .failback(FailbackMode.AUTOMATIC)
                                .maxReplicationLag(Duration.ofSeconds(5))
                                .build())
                        .build())
                .config(CenterConfig.builder()
                        .actionDeadline(Duration.ofSeconds(30))
                        // Two of the three hosts lose their power within a minute here, and that is no error of who
                        // watches.
                        .stormGuard(new StormGuard(TWO_OF_THREE_HOSTS, Duration.ofMinutes(1)))
                        .build())
                .journal(journal)
                .listener(new EventLog(site.file("events.jsonl")))
                .listener(provisioner)
                .build();
        provisioner.tell(center);
        center.inventory().vms().stream()
                .filter(vm -> vm.servedBy().isPresent() && vm.isServing())
                .forEach(vm -> provisioner.provision(Guest.named(vm.id().value())));
        LibvirtFaultSource faults =
                adapter.watch(FaultWatch.builder().probeInterval(PROBE_INTERVAL).build(), Clock.systemUTC(), report -> {
                    var unused = center.submit(report);
                });
        serve(center);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            faults.close();
            center.close();
            provisioner.close();
            journal.close();
            adapter.close();
        }));
    }

    /** A host that does not answer does not tell what is on it: what is nowhere else must be there. */
    private static Inventory withAllMachines(Inventory discovered) {
        Inventory all = discovered;
        for (Guest guest : Guest.ALL) {
            if (all.vm(guest.id()).isEmpty()) {
                HostId silent = discovered.hosts().stream()
                        .filter(host -> host.health() != HostHealth.UP && host.role() == guest.role())
                        .map(Host::id)
                        .findFirst()
                        .orElse(guest.home());
                all = all.with(VirtualMachine.builder()
                        .id(guest.id())
                        .type(guest.type())
                        .host(silent)
                        .allocation(GUEST)
                        .template(TemplateId.of("golden"))
                        .build());
            }
        }
        return all;
    }

    private LibvirtAdapter adapter() {
        LibvirtAdapter.Builder builder = LibvirtAdapter.builder().keepAlive(Duration.ofSeconds(2), 5);
        for (HostId host : LabSite.HOSTS) {
            boolean isStandby = host.equals(LabSite.STANDBY_HOST);
            int pool = host.equals(HostId.of("h1")) ? SMALL_POOL_MIB : LARGE_POOL_MIB;
            builder.host(LibvirtHost.builder()
                    .id(host)
                    .uri(site.uri(host))
                    .role(isStandby ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .rack(RackId.of("rack-" + host))
                    .capacity(Resources.of(
                            GUESTS_PER_HOST * 2 * GUEST.cpuMillis(), GUESTS_PER_HOST * GUEST.memoryMiB() + pool))
                    .build());
        }
        return builder.build();
    }

    private void serve(ManagementCenter center) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(LabSite.MANAGEMENT, PORT), 0);
            server.createContext("/state", exchange -> answer(exchange, state(center)));
            server.createContext("/hosts-up", exchange -> {
                hostsAreBack(center);
                answer(exchange, "{}");
            });
            server.createContext("/repaired", exchange -> {
                var unused = center.repaired(VmId.of(query(exchange, "vm")));
                answer(exchange, "{}");
            });
            server.createContext("/loads", exchange -> {
                watchLoads(center, Boolean.parseBoolean(query(exchange, "on")));
                answer(exchange, "{}");
            });
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String query(HttpExchange exchange, String key) {
        return String.valueOf(exchange.getRequestURI().getQuery()).replaceFirst("^" + key + "=", "");
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Called on the server's one thread, as are the others below. */
    private void watchLoads(ManagementCenter center, boolean on) {
        if (loads != null) {
            loads.close();
        }
        loads = on ? new LoadWatch(center) : null;
    }

    /** Puts hosts that have power again back into service: what was lost with them is made anew once there is room. */
    private void hostsAreBack(ManagementCenter center) {
        center.inventory().hosts().stream()
                .filter(host -> site.isOn(host.id()) && host.health() != HostHealth.UP)
                .forEach(host -> center.hostUp(host.id()).toCompletableFuture().join());
    }

    private static String state(ManagementCenter center) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode state = json.createObjectNode();
        try {
            state.put(
                    "openPlans",
                    center.health().toCompletableFuture().join().openPlans().size());
        } catch (CompletionException e) {
            throw new LabException("the center has no health: " + e.getMessage());
        }
        ArrayNode vms = state.putArray("vms");
        for (VirtualMachine vm : center.inventory().vms()) {
            ObjectNode node = vms.addObject();
            node.put("name", vm.id().value());
            node.put("host", vm.host().value());
            node.put("serving", vm.isServing() && center.inventory().hostOf(vm).isAvailable());
            node.put("server", vm.servedBy().orElse(vm.id()).value());
            node.put("memoryMiB", vm.allocation().memoryMiB());
        }
        ArrayNode databases = state.putArray("databases");
        center.inventory()
                .replicaSets()
                .all()
                .forEach(set -> set.members().forEach(member -> {
                    ObjectNode node = databases.addObject();
                    node.put("name", member.id().value());
                    node.put("role", member.role().role().name());
                    node.put("standing", member.standing().name());
                    member.lag()
                            .filter(ReplicaLag.Known.class::isInstance)
                            .map(ReplicaLag.Known.class::cast)
                            .ifPresent(lag -> node.put("lagMillis", lag.time().toMillis()));
                    set.commitRule()
                            .ifPresent(rule ->
                                    node.put("commitRule", rule.rule().kind().name()));
                }));
        return state.toString();
    }
}
