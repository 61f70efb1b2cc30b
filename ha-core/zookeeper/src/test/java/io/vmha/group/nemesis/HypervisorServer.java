package io.vmha.group.nemesis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hypervisor and load balancer of its own, in a process: VMs are on or off, requests go somewhere, and every call that would have an
 * effect is a line of its log. It knows nothing of leaders: it does what it is told.
 *
 * <p>A request is a line: epoch, plan, step, when the caller began it, and what to do. An answer is a line too.
 */
final class HypervisorServer {
    static final int PORT = 7000;

    private final Map<String, Boolean> on = new TreeMap<>();
    private final Map<String, String> routes = new TreeMap<>();
    private final PrintWriter log;

    private HypervisorServer(PrintWriter log) {
        this.log = log;
        Platform.inventory().vms().forEach(vm -> on.put(vm.id().value(), true));
    }

    public static void main(String[] args) throws IOException {
        PrintWriter log = new PrintWriter(Path.of(args[0]).toFile(), StandardCharsets.UTF_8);
        HypervisorServer server = new HypervisorServer(log);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ServerSocket socket = new ServerSocket(PORT, 200)) {
            while (true) {
                Socket client = socket.accept();
                threads.execute(() -> server.serve(client));
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(client.getOutputStream(), true, StandardCharsets.UTF_8)) {
            client.setSoTimeout(5_000);
            String line = in.readLine();
            if (line != null) {
                out.println(answer(line.split(" ")));
            }
        } catch (IOException gone) {
            System.out.println("a caller is gone: " + gone.getMessage());
        }
    }

    private synchronized String answer(String[] request) {
        String vm = request.length > 5 ? request[5] : "";
        return switch (request[4]) {
            case "list" -> {
                StringBuilder all = new StringBuilder();
                on.forEach((name, isOn) -> all.append(name).append(isOn ? "=1," : "=0,"));
                yield all.toString();
            }
            case "power" -> on.get(vm) ? "ON" : "OFF";
            case "server" -> routes.getOrDefault(vm, vm);
            case "off" -> {
                boolean changes = on.replace(vm, false);
                effect(request, changes);
                yield "ok";
            }
            case "on" -> {
                boolean changes = !on.replace(vm, true);
                effect(request, changes);
                yield "ok";
            }
            case "route" -> {
                String before = routes.getOrDefault(vm, vm);
                routes.put(vm, request[6]);
                effect(request, !before.equals(request[6]));
                yield "ok";
            }
            default -> "unknown";
        };
    }

    private void effect(String[] request, boolean changes) {
        log.println(System.nanoTime() + " " + String.join(" ", request) + (changes ? " changed" : " same"));
        log.flush();
    }
}
