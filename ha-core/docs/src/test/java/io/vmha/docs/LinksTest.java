package io.vmha.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every link of a page to another one, to a file or to a heading leads somewhere. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?)[ #]*");
    private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~).*");

    @TempDir
    Path folder;

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : Pages.all()) {
            for (String link : links(page)) {
                links++;
                if (!leadsSomewhere(page, link)) {
                    broken.add(Pages.ROOT.relativize(page) + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(100);
    }

    @Test
    void aLinkThatLeadsNowhereIsFound() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/README.md"), "# Sub\n");
        Path page = folder.resolve("page.md");
        Files.writeString(page, """
                # A page's `own` title
                [a](sub) [b](sub/README.md#sub) [c](sub#sub) [d](#a-pages-own-title) [e](#twice-1) [f](https://example.com/none)
                ## Twice
                ## Twice
                `[not a link](nowhere)`
                ```text
                [nor](this)
                ## Fenced
                ```
                [1](nowhere.md) [2](#fenced) [3](sub/README.md#page) [4](#twice-2)
                """);
        assertThat(links(page).stream().filter(link -> !leadsSomewhere(page, link)))
                .containsExactly("nowhere.md", "#fenced", "sub/README.md#page", "#twice-2");
    }

    private static List<String> prose(Path page) {
        List<String> lines = new ArrayList<>();
        boolean isFenced = false;
        try {
            for (String line : Files.readAllLines(page)) {
                if (FENCE.matcher(line).matches()) {
                    isFenced = !isFenced;
                } else if (!isFenced) {
                    lines.add(line);
                }
            }
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
        return lines;
    }

    private static List<String> links(Path page) {
        List<String> links = new ArrayList<>();
        for (String line : prose(page)) {
            Matcher link = LINK.matcher(line.replaceAll("`[^`]*`", ""));
            while (link.find()) {
                links.add(link.group(1));
            }
        }
        return links;
    }

    private static boolean leadsSomewhere(Path page, String link) {
        if (link.matches("(https?|mailto):.*")) {
            return true;
        }
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        if (hash < 0) {
            return true;
        }
        Path shown = Files.isDirectory(target) ? target.resolve("README.md") : target;
        return Files.isRegularFile(shown) && anchors(shown).contains(link.substring(hash + 1));
    }

    /** The headings' anchors, as GitHub makes them. */
    private static Set<String> anchors(Path page) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : prose(page)) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String anchor = heading.group(1)
                        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                int before = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
            }
        }
        return anchors;
    }
}
