package io.vmha.adapter.fence;

import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds all processes that one run of an agent has started, those too that detached themselves: by the agent's session, and by a mark
 * in their environment, which children inherit wherever they go. Immutable.
 */
final class AgentProcesses {
    private static final Path PROC = Path.of("/proc");
    private static final String MARK = "VMHA_FENCE_RUN";
    private static final int MARK_BYTES = 16;
    private static final int MOST_ENVIRONMENT = 65_536;
    /** A process may start another while it is being found. */
    private static final int ROUNDS = 20;

    // After the name, which may hold anything and ends with the last bracket: state, parent, group, session.
    private static final int STATE = 0;
    private static final int SESSION = 3;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String mark;

    private AgentProcesses(String mark) {
        this.mark = mark;
    }

    static AgentProcesses unstarted() {
        byte[] random = new byte[MARK_BYTES];
        RANDOM.nextBytes(random);
        return new AgentProcesses(BaseEncoding.base16().encode(random));
    }

    /** Puts the mark into the environment that the agent is started with. */
    void mark(Map<String, String> environment) {
        environment.put(MARK, mark);
    }

    /** Kills the agent, if it still runs, and all that it has started. */
    void killAll(Process agent) {
        if (agent.isAlive()) {
            List<ProcessHandle> children = agent.descendants().toList();
            agent.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
        for (int round = 0; round < ROUNDS; round++) {
            List<ProcessHandle> found = find(agent.pid());
            if (found.isEmpty()) {
                return;
            }
            found.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private List<ProcessHandle> find(long session) {
        List<ProcessHandle> found = new ArrayList<>();
        long self = ProcessHandle.current().pid();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != self && isOfThisRun(process, session)) {
                    ProcessHandle.of(pid).ifPresent(found::add);
                }
            }
        } catch (IOException noProc) {
            return List.of();
        }
        return found;
    }

    private boolean isOfThisRun(Path process, long session) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean hasEnded = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return !hasEnded && (fields[SESSION].equals(Long.toString(session)) || isMarked(process));
        } catch (IOException | IndexOutOfBoundsException goneOrAnotherUsers) {
            return false;
        }
    }

    private boolean isMarked(Path process) throws IOException {
        try (InputStream environment = Files.newInputStream(process.resolve("environ"))) {
            return new String(environment.readNBytes(MOST_ENVIRONMENT), StandardCharsets.ISO_8859_1)
                    .contains(MARK + "=" + mark);
        }
    }
}
