import { describe, expect, it } from 'vitest';
import { operatorPage, operatorSentence } from '../../../server/features/operatorDocs';
import { knownDomains, operatorNames } from '../../../server/engine/operators/schema';

describe('descriptions of operators', () => {
  it('exist for every operator that anybody published, in both languages', () => {
    for (const domain of knownDomains) {
      for (const name of operatorNames(domain)) {
        const en = operatorSentence(domain, name, 'en');
        const ko = operatorSentence(domain, name, 'ko');
        expect(en, name).toMatch(/^[\w−(].*\.$/u);
        expect(ko, name).toMatch(/[가-힣].*다\.$/u);
      }
    }
  });

  it('are short', () => {
    for (const domain of knownDomains) {
      for (const name of operatorNames(domain)) {
        expect(operatorSentence(domain, name, 'en')?.length, name).toBeLessThan(140);
      }
    }
  });

  it('lead to the page of the operator', () => {
    expect(operatorPage('ai.onnx', 'Conv')).toBe('https://onnx.ai/onnx/operators/onnx__Conv.html');
    expect(operatorPage('ai.onnx.ml', 'Scaler')).toBe(
      'https://onnx.ai/onnx/operators/onnx_aionnxml_Scaler.html',
    );
    expect(operatorPage('com.microsoft', 'MoE')).toContain('ContribOperators.md#com.microsoft.MoE');
    expect(operatorPage('my.own', 'Thing')).toBeNull();
  });
});
