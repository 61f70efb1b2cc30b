package io.vmha.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.vmha.model.ClusterRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Everything that runs beside the hosts: databases, load balancer, center and users; and the marks of what is done to them. Used on
 * one thread, and closed from any.
 */
final class RunningLab implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabSite site;
    private final Progress progress;
    private final GuestShell guests;
    private final DatabaseTier databases;
    private final List<AutoCloseable> open = new ArrayList<>();

    RunningLab(LabSite site, Progress progress) {
        this.site = site;
        this.progress = progress;
        this.guests = new GuestShell(site);
        this.databases = new DatabaseTier(site);
    }

    /**
     * What was started.
     *
     * @param center the center's process
     * @param gateway writes the guests' rows
     * @param users the users
     * @param topology who serves for whom at first, for Graphviz
     */
    record Started(CenterControl center, WriteGateway gateway, RequestLoad users, String topology) {}

    /** Starts all of it; each user's session sends that many requests a second. */
    Started start(List<String> centerCommand, double rate) {
        progress.begin("databases, load balancer and guests");
        databases.create();
        introduceGuests();
        HikariDataSource writer = opened(databases.connectionsToWriter());
        HikariDataSource primary = opened(databases.connectionsTo(DatabaseTier.PRIMARY));
        HikariDataSource standby = opened(databases.connectionsTo(DatabaseTier.STANDBY));
        WriteGateway gateway =
                opened(new WriteGateway(writer, guest -> guest.role() == ClusterRole.PRIMARY ? primary : standby));
        opened(LoadBalancer.start(site));
        HostService unused = opened(HostService.start(site.hosts()));
        CenterControl center = opened(new CenterControl(site, centerCommand));
        String topology = Topology.dot(center.client().state());
        RequestLoad users = opened(new RequestLoad(site.file("requests.txt"), rate));
        progress.watch(users);
        return new Started(center, gateway, users, topology);
    }

    private void introduceGuests() {
        try (Provisioner provisioner = new Provisioner(guests)) {
            CompletableFuture.allOf(Guest.ALL.stream()
                            .map(guest -> CompletableFuture.runAsync(() -> provisioner.bringUp(guest)))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    LabSite site() {
        return site;
    }

    Progress progress() {
        return progress;
    }

    GuestShell guests() {
        return guests;
    }

    DatabaseTier databases() {
        return databases;
    }

    /** Writes down what is done now, and returns when that was. */
    long mark(String phase, String text, List<String> affected) {
        Mark mark = new Mark(phase, System.currentTimeMillis(), text, affected);
        try {
            Files.writeString(
                    site.file("marks.jsonl"),
                    JSON.writeValueAsString(mark) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        progress.begin(phase.equals("-") ? text : "(" + phase + ") " + text);
        return mark.at();
    }

    /** Lets requests flow for a while. */
    static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }

    /** Closes it with the lab. */
    <T extends AutoCloseable> T opened(T part) {
        synchronized (open) {
            open.add(0, part);
        }
        return part;
    }

    /** Ends what it started, the last first; the hosts and guests are the script's to take down. */
    @Override
    public void close() {
        synchronized (open) {
            for (AutoCloseable part : open) {
                try {
                    part.close();
                } catch (Exception e) {
                    progress.note("at the end: " + e.getMessage());
                }
            }
            open.clear();
        }
    }
}
