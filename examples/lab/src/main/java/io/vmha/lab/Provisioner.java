package io.vmha.lab;

import io.vmha.center.ManagementCenter;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.plan.Action;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an orchestrator does with a machine that was made anew: tells it who it is, and tells the center once it serves, so
 * that its requests come back. Thread-safe.
 */
final class Provisioner implements HaListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Provisioner.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int THREADS = 4;

    private final GuestShell guests;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<Guest> underWay = ConcurrentHashMap.newKeySet();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private volatile Consumer<Guest> serves = guest -> {};

    Provisioner(GuestShell guests) {
        this.guests = guests;
    }

    /** Names the center to tell. */
    void tell(ManagementCenter center) {
        serves = guest -> Waiting.until(guest.name() + " has its requests back", PATIENCE, () -> {
            TimeUnit.SECONDS.sleep(1);
            center.repaired(guest.id()).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return center.inventory().requireVm(guest.id()).servedBy().isEmpty();
        });
    }

    @Override
    public void onEvent(HaEvent event) {
        if (event instanceof HaEvent.ActionEnded ended
                && ended.action().result() == ActionResult.DONE
                && ended.action().action() instanceof Action.PowerOn powerOn) {
            provision(Guest.named(powerOn.target().value()));
        }
    }

    /** Provisions a guest that runs, unless that is under way. */
    void provision(Guest guest) {
        if (underWay.add(guest)) {
            threads.execute(() -> {
                try {
                    while (!isDone(guest)) {
                        LOG.warn("{} is provisioned once more", guest.name());
                    }
                } finally {
                    underWay.remove(guest);
                }
            });
        }
    }

    /** On a machine that is busy enough a guest takes longer to boot than anybody would wait: it is not left alone for that. */
    private boolean isDone(Guest guest) {
        try {
            bringUp(guest);
            serves.accept(guest);
            return true;
        } catch (LabException late) {
            LOG.warn("{}: {}", guest.name(), late.getMessage());
            return threads.isShutdown() || guests.hostOf(guest).isEmpty();
        }
    }

    /** Waits until a guest that was told who it is answers requests. */
    void bringUp(Guest guest) {
        Waiting.until(
                guest.name() + " hears who it is",
                PATIENCE,
                () -> guests.hostOf(guest)
                        .filter(host -> guests.tellIdentity(host, guest))
                        .isPresent());
        Waiting.until(guest.name() + " serves", PATIENCE, () -> answers(guest));
    }

    private boolean answers(Guest guest) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + guest.address() + ":8080/"))
                .timeout(Duration.ofSeconds(1))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() < 500;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
