package io.vmha.adapter.fence;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which program an agent is. Immutable.
 *
 * @param path its absolute path
 */
record AgentProgram(Path path) {
    private static final Path FOLDER = Path.of("/usr/sbin");
    private static final Pattern NAME = Pattern.compile("fence_[a-z0-9_]{1,58}");
    /** What drives ipmitool: known to leave the password out of what they tell in detail. */
    private static final Set<String> IPMI = Set.of(
            "fence_ipmilan", "fence_ipmilanplus", "fence_ilo3", "fence_ilo4", "fence_ilo5", "fence_imm", "fence_idrac");

    /** Returns the agent with that name in /usr/sbin, or at that absolute path; whether it is there shows in its use. */
    static AgentProgram of(String nameOrPath) {
        boolean isPath = nameOrPath.startsWith("/");
        Path path = isPath ? Path.of(nameOrPath) : FOLDER.resolve(nameOrPath);
        checkArgument(
                NAME.matcher(isPath ? String.valueOf(path.getFileName()) : nameOrPath)
                                .matches()
                        && path.equals(path.normalize()),
                "agent must be fence_ and a-z, 0-9 or _, or an absolute path that ends so and has no dots: %s",
                nameOrPath);
        return new AgentProgram(path);
    }

    String name() {
        return String.valueOf(path.getFileName());
    }

    /** Whether it may be asked for details: without them it does not tell a wrong password from a board that is down. */
    boolean isSafeToAskForDetails() {
        return IPMI.contains(name());
    }
}
