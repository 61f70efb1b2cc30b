package io.vmha.group.nemesis;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Seven processes, each in a network namespace of its own: three ZooKeeper servers, three centers and a hypervisor, on one bridge. A
 * process is killed and stopped by its signal, and cut off from another by a route that leads nowhere. As root on Linux.
 *
 * <p>It is closed, too, where this process is told to end. Thread-safe: the processes are guarded by this object's monitor.
 */
final class Lab implements AutoCloseable {
    static final int SIZE = 3;
    /** How much of the disk a server's log takes at once: by default, and where there is little of it. */
    private static final int PREALLOCATED_KIB = 65_536;

    private static final int PREALLOCATED_ON_SMALL_DISK_KIB = 4_096;
    private final Path folder;
    private final boolean isFolderTemporary;
    private final String serverHeap;
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final LabNetwork network;
    private final Map<String, LabDisk> disks = new HashMap<>();
    private boolean closed;

    /**
     * Makes the network and a disk for each server, and starts nothing.
     *
     * @param folder where the servers' data and what all processes say is written to; it is left as it is
     * @param serverHeap the heap of each ZooKeeper server, as Java's option has it; a server keeps the last 500 transactions in memory
     */
    static Lab withDisks(Path folder, String serverHeap) throws IOException {
        Lab lab = new Lab(folder, false, serverHeap);
        for (int i = 1; i <= SIZE; i++) {
            lab.disks.put("zk" + i, LabDisk.at(folder.resolve("zk" + i)));
        }
        lab.prepareServers();
        return lab;
    }

    /** Makes the network, and a folder that is deleted in the end; starts nothing. */
    static Lab temporary(String serverHeap) throws IOException {
        Lab lab = new Lab(Files.createTempDirectory("vmha-group"), true, serverHeap);
        lab.prepareServers();
        return lab;
    }

    private Lab(Path folder, boolean isFolderTemporary, String serverHeap) throws IOException {
        this.folder = folder;
        this.isFolderTemporary = isFolderTemporary;
        this.serverHeap = serverHeap;
        this.network = LabNetwork.of(names());
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    private void prepareServers() throws IOException {
        for (int i = 1; i <= SIZE; i++) {
            prepareServer(i);
        }
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of("hv"));
        for (int i = 1; i <= SIZE; i++) {
            names.add("zk" + i);
            names.add("ha" + i);
        }
        return names;
    }

    String address(String name) {
        return network.address(name);
    }

    /** The disk of a server; only where the lab was made with disks. */
    LabDisk disk(String server) {
        return Objects.requireNonNull(disks.get(server), "the lab has no disks");
    }

    private void prepareServer(int id) throws IOException {
        Path data = folder.resolve("zk" + id);
        Files.createDirectories(data);
        Files.writeString(data.resolve("myid"), Integer.toString(id));
        StringBuilder config = new StringBuilder("tickTime=500\ninitLimit=20\nsyncLimit=4\nmaxClientCnxns=0\n"
                + "admin.enableServer=false\nautopurge.purgeInterval=0\nclientPort=2181\ndataDir=" + data + "\n");
        for (int i = 1; i <= SIZE; i++) {
            config.append("server." + i + "=" + address("zk" + i) + ":2888:3888\n");
        }
        Files.writeString(data.resolve("zoo.cfg"), config);
    }

    Path folder() {
        return folder;
    }

    Path log() {
        return folder.resolve("effects.log");
    }

    /** What a process said. */
    Path said(String name) {
        return folder.resolve(name + ".out");
    }

    /** Starts a process that ended by itself or was killed; returns whether it had, and the lab is not closed. */
    synchronized boolean startIfEnded(String name) throws IOException {
        if (closed || isRunning(name)) {
            return false;
        }
        start(name);
        return true;
    }

    /** What the processes that run have used of the CPU so far, all together. */
    synchronized long cpuNanos() {
        return processes.values().stream()
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .mapToLong(Duration::toNanos)
                .sum();
    }

    boolean isRunning(String name) {
        return process(name).isAlive();
    }

    /** With what a process ended that has. */
    int exitValue(String name) {
        return process(name).exitValue();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void start(String name) throws IOException {
        if (closed) {
            throw new IllegalStateException("the lab is closed");
        }
        List<String> java = switch (name.substring(0, 2)) {
            case "zk" ->
                List.of(
                        "-Xmx" + serverHeap,
                        "-Dzookeeper.preAllocSize="
                                + (disks.isEmpty() ? PREALLOCATED_KIB : PREALLOCATED_ON_SMALL_DISK_KIB),
                        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                        folder.resolve(name).resolve("zoo.cfg").toString());
            case "ha" ->
                List.of(
                        "-Xmx96m",
                        CenterProcess.class.getName(),
                        name,
                        "http://" + address(name),
                        ensemble(),
                        address("hv"));
            default -> List.of("-Xmx64m", HypervisorServer.class.getName(), log().toString());
        };
        processes.put(
                name,
                new ProcessBuilder(network.command(name, command(java)))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(said(name).toFile()))
                        .start());
    }

    /** A Java process with this one's class path. */
    static List<String> command(List<String> arguments) {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                classes));
        command.addAll(arguments);
        return command;
    }

    String ensemble() {
        return address("zk1") + ":2181," + address("zk2") + ":2181," + address("zk3") + ":2181";
    }

    void kill(String name) throws InterruptedException {
        Process process = process(name);
        process.destroyForcibly();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException(name + " does not die");
        }
    }

    long pid(String name) {
        return process(name).pid();
    }

    void signal(String name, String signal) {
        LabNetwork.run("kill", "-" + signal, Long.toString(process(name).pid()));
    }

    private synchronized Process process(String name) {
        Process process = processes.get(name);
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process;
    }

    /** Whatever the one sends to the other goes nowhere. */
    void cut(String from, String to) {
        network.cut(from, to);
    }

    void heal(String from, String to) {
        network.heal(from, to);
    }

    /** What a process answers to a line; a text that begins with "silent" where it does not within a few seconds. */
    String ask(String name, String line) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address(name), CenterProcess.PORT), 1_000);
            socket.setSoTimeout(5_000);
            PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
            out.println(line);
            String answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            return answer == null ? "silent" : answer;
        } catch (IOException failed) {
            return "silent " + failed.getMessage();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        processes.values().forEach(Process::destroyForcibly);
        processes.values().forEach(process -> process.onExit().join());
        disks.values().forEach(LabDisk::close);
        network.close();
        if (isFolderTemporary) {
            try {
                MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
            } catch (IOException failed) {
                throw new UncheckedIOException(folder + " is left behind", failed);
            }
        }
    }
}
