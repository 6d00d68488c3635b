import { describe, expect, it } from '@jest/globals';
import { createDownloadLinks } from '../../src/genesys/downloadLinks.js';

describe('signed URLs in memory', () => {
  it('are there for five minutes', () => {
    let nowMs = 0;
    const links = createDownloadLinks(() => nowMs);
    links.remember('job-1', ['https://a.example/1']);
    nowMs = 299_999;
    expect(links.recall('job-1')).toEqual(['https://a.example/1']);
    nowMs = 300_000;
    expect(links.recall('job-1')).toBeNull();
  });

  it('make room for those of newer jobs', () => {
    const links = createDownloadLinks();
    for (let job = 0; job <= 1_000; job++) links.remember(`job-${job}`, ['https://a.example']);
    expect(links.recall('job-0')).toBeNull();
    expect(links.recall('job-1000')).not.toBeNull();
  });

  it('never end up in JSON', () => {
    const links = createDownloadLinks();
    links.remember('job-1', ['https://a.example/secret']);
    expect(JSON.stringify(links)).not.toContain('secret');
  });
});
